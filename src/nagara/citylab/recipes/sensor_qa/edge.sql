-- The values around both ends of each stretch, less the usual value of their local hour.
-- in: observation, clock, span, usual, stretch   out: k, segment, ts, r
select s.k, s.segment, o.ts, o.value - u.middle as r
from observation as o
join span as i on i.datastream_id = o.datastream_id
join stretch as s on s.k = i.k
    and (
        (epoch_us(o.ts) >= epoch_us(s.first_ts) - 3000000 * s.width_s
            and epoch_us(o.ts) <= epoch_us(s.first_ts) + 2000000 * s.width_s)
        or (epoch_us(o.ts) >= epoch_us(s.last_ts) - 2000000 * s.width_s
            and epoch_us(o.ts) <= epoch_us(s.last_ts) + 3000000 * s.width_s)
    )
join clock as c on o.ts >= c.start_ts and o.ts < c.end_ts
join usual as u on u.k = s.k
    and u.hour = cast(extract(hour from make_timestamp(epoch_us(o.ts) + c.offset_s * 1000000)) as integer)
where o.value is not null and o.quality not in (4, 9)
