-- The stops called at in that time, numbered. in: called, stop   out: k, feed_id, stop_id, lon, lat, h3
select cast(row_number() over (order by c.feed_id, c.stop_id) - 1 as bigint) as k, c.feed_id, c.stop_id,
    s.lon, s.lat, s.h3
from (select distinct feed_id, stop_id from called) as c
left join (
    select feed_id, stop_id, min(lon) as lon, min(lat) as lat, min(h3) as h3
    from stop where lon is not null and lat is not null group by 1, 2
) as s on s.feed_id = c.feed_id and s.stop_id = c.stop_id
