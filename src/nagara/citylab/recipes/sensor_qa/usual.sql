-- How far values usually lie from the middle of their local hour: the median distance (MAD).
-- Where there are more than two million rows, on every n-th block of 200 periods: a median needs no more.
-- in: observation, clock, stream, middle   out: datastream_id, k, hour, middle, away
select m.datastream_id, m.k, m.hour, m.middle, a.away
from middle as m
left join (
    select m.k, m.hour, median(abs(o.value - m.middle)) as away
    from (
        select o.datastream_id, o.ts, o.value
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
    join middle as m on m.datastream_id = o.datastream_id
        and m.hour = cast(extract(hour from make_timestamp(epoch_us(o.ts) + c.offset_s * 1000000)) as integer)
    group by 1, 2
) as a on m.k = a.k and m.hour = a.hour
