-- One row a datastream and local day.
-- in: block   out: k, datastream_id, day, n, n_missing, n_failed, middle, first_ts, last_ts
select min(k) as k, datastream_id, cast(make_timestamp(block * width_s * 1000000) as date) as day,
    cast(sum(cast(n as bigint)) as bigint) as n,
    cast(sum(cast(n_missing as bigint)) as bigint) as n_missing,
    cast(sum(cast(n_failed as bigint)) as bigint) as n_failed,
    median(middle) as middle,
    min(first_ts) as first_ts,
    max(last_ts) as last_ts
from block
group by 2, 3
