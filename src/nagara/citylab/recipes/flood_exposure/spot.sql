-- What stands somewhere: places and stops.
-- in: place, stop   out: kind, category, id, lon, lat
select 'place' as kind, category, place_id as id, lon, lat from place where lon is not null and lat is not null
union all
select 'stop', coalesce(mode, 'stop'), feed_id || ' ' || stop_id, lon, lat
from stop where lon is not null and lat is not null and coalesce(location_type, 0) = 0
