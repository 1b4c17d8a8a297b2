-- Headway of each route: gaps between starts of one direction, between the hours asked for.
-- in: run   out: one row a route
with start as (
    select distinct feed_id, coalesce(route_id, '') as route_id, coalesce(direction_id, -1) as way, start_s
    from run
),
gap as (
    select feed_id, route_id, start_s,
        start_s - lag(start_s) over (partition by feed_id, route_id, way order by start_s) as gap_s,
        lag(start_s) over (partition by feed_id, route_id, way order by start_s) as before_s
    from start
),
within as (
    select feed_id, route_id, gap_s from gap
    where start_s < $to_hour * 3600 and start_s >= $from_hour * 3600 and before_s >= $from_hour * 3600
)
select feed_id, route_id, median(gap_s) as headway_s, min(gap_s) as shortest_s, max(gap_s) as longest_s,
    count(*) as gaps
from within
group by feed_id, route_id
