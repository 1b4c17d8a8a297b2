-- Stretches of at least two blocks that lie far from the usual level, on one side.
-- in: level, noise   out: k, low_block, high_block, width_s, shift, first_ts, last_ts
with apart as (
    select l.k, l.block, l.width_s, l.first_ts, l.last_ts, l.x - m.x as apart
    from level as l
    join (select k, median(x) as x from level group by 1) as m on m.k = l.k
    join noise as z on z.k = l.k and not z.is_state
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
