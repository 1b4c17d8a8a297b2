-- Trips that call at a stop in a flooded zone, and all trips.
-- in: stop_time, located, flooded   out: feed_id, trip_id, cut
select s.feed_id, s.trip_id, max(case when l.id is not null then 1 else 0 end) as cut
from stop_time as s
left join (
    select l.id from located as l join flooded as f on f.zone_id = l.zone_id and f.state = 'yes'
    where l.kind = 'stop'
) as l on l.id = s.feed_id || ' ' || s.stop_id
group by 1, 2
