-- The usual value by local hour of day: how far the hour usually lies from the middle of its day, plus the
-- middle of all days. So a level that shifts for good does not bend the rhythm of the day.
-- Where there are more than two million rows, from every n-th block of 200 periods: a median needs no more.
-- in: observation, clock, stream, days   out: datastream_id, k, hour, middle
select s.datastream_id, s.k, h.hour, h.apart + l.level as middle
from (
    select o.datastream_id, o.hour, median(o.value - d.middle) as apart
    from (
        select o.datastream_id, o.value,
            cast(make_timestamp(epoch_us(o.ts) + c.offset_s * 1000000) as date) as day,
            cast(extract(hour from make_timestamp(epoch_us(o.ts) + c.offset_s * 1000000)) as integer) as hour
        from observation as o
        join stream as s on s.datastream_id = o.datastream_id
        join clock as c on o.ts >= c.start_ts and o.ts < c.end_ts
        cross join (
            select greatest(1, cast(floor(cast(sum(n) as bigint) / 2000000.0) as bigint)) as nth from stream
        ) as e
        where o.value is not null and o.quality not in (4, 9)
            and cast(floor(epoch_us(o.ts) / greatest(1.0, 200000000.0 * coalesce(s.period_s, 3600.0))) as bigint)
                % nullif(e.nth, 0) = 0
    ) as o
    join days as d on d.datastream_id = o.datastream_id and d.day = o.day
    group by 1, 2
) as h
join (select datastream_id, median(middle) as level from days where n > 0 group by 1) as l
    on l.datastream_id = h.datastream_id
join stream as s on s.datastream_id = h.datastream_id
