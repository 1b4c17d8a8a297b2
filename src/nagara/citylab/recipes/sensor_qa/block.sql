-- One row a datastream and block of local time: how many values, and their middle.
-- in: observation, clock, span   out: k, datastream_id, block (number since 1970), width_s, n, ...
select min(s.k) as k, o.datastream_id,
    cast(floor((epoch_us(o.ts) + c.offset_s * 1000000) / greatest(1000000.0, s.width_s * 1000000.0)) as bigint) as block,
    min(s.width_s) as width_s,
    count(case when o.quality in (4, 9) then null else o.value end) as n,
    count(*) - count(o.value) as n_missing,
    count(case when o.quality = 4 then 1 end) as n_failed,
    median(case when o.quality in (4, 9) then null else o.value end) as middle,
    min(o.ts) as first_ts,
    max(o.ts) as last_ts
from observation as o
join clock as c on o.ts >= c.start_ts and o.ts < c.end_ts
join span as s on s.datastream_id = o.datastream_id
group by 2, 3
