-- The routes with the shortest wait, in minutes, for the figure.
-- in: route_service   out: route_id, headway_min
select route_id, headway_s / 60.0 as headway_min
from route_service where headway_s is not null
order by headway_s, route_id
limit 30
