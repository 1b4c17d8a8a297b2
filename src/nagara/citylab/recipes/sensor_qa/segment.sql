-- Stretches of at least two blocks that lie far from the usual value of their time of day, on one side.
-- in: block, stream, noise   out: k, low_block, high_block, width_s, shift, first_ts, last_ts
with slot as (
    select s.k, b.block, b.width_s, b.first_ts, b.last_ts, b.middle,
        b.block % nullif(cast(floor(86400 / nullif(b.width_s, 0)) as bigint), 0) as slot
    from block as b
    join stream as s on s.datastream_id = b.datastream_id
    join noise as z on z.k = s.k and not z.is_state
    where b.n >= 3
),
usually as (select k, slot, median(middle) as usually from slot group by 1, 2),
apart as (
    select a.k, a.block, a.width_s, a.first_ts, a.last_ts, a.middle - u.usually as apart
    from slot as a join usually as u on u.k = a.k and u.slot = a.slot
),
spread as (select k, 1.4826 * median(abs(apart)) as sd, count(*) as n from apart group by 1),
far as (
    select a.k, a.block, a.width_s, a.first_ts, a.last_ts, a.apart,
        case when a.apart > 0 then 1 else -1 end as side,
        a.block - row_number() over (
            partition by a.k, case when a.apart > 0 then 1 else -1 end order by a.block
        ) as island,
        s.n
    from apart as a
    join spread as s on s.k = a.k
    where s.sd > 0 and s.n >= 12 and abs(a.apart) > $shift_k * s.sd
),
stretch as (
    select k, side, island, min(block) as low_block, max(block) as high_block, min(width_s) as width_s,
        median(apart) as shift, min(first_ts) as first_ts, max(last_ts) as last_ts, count(*) as n
    from far group by 1, 2, 3
    having count(*) >= 2 and count(*) <= 0.5 * min(n)
)
select k, low_block, high_block, width_s, shift, first_ts, last_ts
from stretch
