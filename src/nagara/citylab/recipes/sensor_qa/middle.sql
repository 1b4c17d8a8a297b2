-- The usual value by local hour of day: the median.
-- in: observation, clock, stream   out: datastream_id, k, hour, middle
select o.datastream_id, s.k, o.hour, o.middle
from (
    select o.datastream_id,
        cast(extract(hour from make_timestamp(epoch_us(o.ts) + c.offset_s * 1000000)) as integer) as hour,
        median(o.value) as middle
    from observation as o
    join clock as c on o.ts >= c.start_ts and o.ts < c.end_ts
    where o.value is not null and o.quality not in (4, 9)
    group by 1, 2
) as o
join stream as s on s.datastream_id = o.datastream_id
