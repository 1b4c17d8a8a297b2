-- The rows from which usual values and scatter are learned: all, or of more than two million rows every n-th
-- block of 200 periods. A median needs no more.
-- in: observation, clock, stream   out: k, ts, value, day, hour (local), part (block, for neighbours in time)
select o.k, o.ts, o.value, o.part,
    cast(make_timestamp(epoch_us(o.ts) + c.offset_s * 1000000) as date) as day,
    cast(extract(hour from make_timestamp(epoch_us(o.ts) + c.offset_s * 1000000)) as integer) as hour
from (
    select s.k, o.ts, o.value, case when e.nth = 1 then 0 else
        cast(floor(epoch_us(o.ts) / greatest(1.0, 200000000.0 * coalesce(s.period_s, 3600.0))) as bigint) end as part
    from observation as o
    join stream as s on s.datastream_id = o.datastream_id
    cross join (
        select greatest(1, cast(floor(cast(sum(n) as bigint) / 2000000.0) as bigint)) as nth from stream
    ) as e
    where o.value is not null and o.quality not in (4, 9)
        and cast(floor(epoch_us(o.ts) / greatest(1.0, 200000000.0 * coalesce(s.period_s, 3600.0))) as bigint)
            % nullif(e.nth, 0) = 0
) as o
join clock as c on o.ts >= c.start_ts and o.ts < c.end_ts
