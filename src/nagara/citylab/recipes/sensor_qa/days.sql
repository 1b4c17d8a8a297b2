-- One row a datastream and local day: how many values, and their middle.
-- in: observation, clock   out: datastream_id, day, n, n_missing, n_failed, middle, first_ts, last_ts
select
    o.datastream_id,
    cast(make_timestamp(epoch_us(o.ts) + c.offset_s * 1000000) as date) as day,
    count(case when o.quality in (4, 9) then null else o.value end) as n,
    count(*) - count(o.value) as n_missing,
    count(case when o.quality = 4 then 1 end) as n_failed,
    median(case when o.quality in (4, 9) then null else o.value end) as middle,
    min(o.ts) as first_ts,
    max(o.ts) as last_ts
from observation as o
join clock as c on o.ts >= c.start_ts and o.ts < c.end_ts
group by 1, 2
