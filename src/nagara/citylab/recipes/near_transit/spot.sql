-- Stops with a place, and whether they are served often.
-- in: stop, rate   out: lon, lat, served, often
select s.lon, s.lat,
    case when r.departures > 0 then 1 else 0 end as served,
    case when r.departures >= $least_per_hour * ($to_hour - $from_hour) then 1 else 0 end as often
from stop as s
left join rate as r on r.feed_id = s.feed_id and r.stop_id = s.stop_id
where s.lon is not null and s.lat is not null and coalesce(s.location_type, 0) = 0
