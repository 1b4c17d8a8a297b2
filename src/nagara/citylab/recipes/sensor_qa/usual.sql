-- How far values usually lie from the middle of their local hour: the median distance (MAD).
-- in: observation, clock, middle   out: datastream_id, k, hour, middle, away
select m.datastream_id, m.k, m.hour, m.middle, a.away
from (
    select m.k, m.hour, median(abs(o.value - m.middle)) as away
    from observation as o
    join clock as c on o.ts >= c.start_ts and o.ts < c.end_ts
    join middle as m on m.datastream_id = o.datastream_id
        and m.hour = cast(extract(hour from make_timestamp(epoch_us(o.ts) + c.offset_s * 1000000)) as integer)
    where o.value is not null and o.quality not in (4, 9)
    group by 1, 2
) as a
join middle as m on m.k = a.k and m.hour = a.hour
