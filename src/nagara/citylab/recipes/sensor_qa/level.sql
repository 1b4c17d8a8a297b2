-- The middles of blocks without the rhythm of the day (how far a time of day usually lies from its day's middle).
-- in: block, days   out: k, block, width_s, x, first_ts, last_ts
with b as (
    select b.k, b.block, b.width_s, b.first_ts, b.last_ts, b.middle, b.middle - d.middle as from_day,
        b.block % nullif(cast(floor(86400 / nullif(b.width_s, 0)) as bigint), 0) as slot
    from (select block.*, cast(make_timestamp(block * width_s * 1000000) as date) as day from block) as b
    join days as d on d.k = b.k and d.day = b.day
    where b.n >= 3
)
select b.k, b.block, b.width_s, b.middle - r.rhythm as x, b.first_ts, b.last_ts
from b
join (select k, slot, median(from_day) as rhythm from b group by 1, 2) as r on r.k = b.k and r.slot = b.slot
