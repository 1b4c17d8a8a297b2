-- The day hour by hour, of the city and of each route: runs that start, and vehicles in service within it.
-- in: run, number   out: scope, feed_id, unit, hour, starts, vehicles
with each_run as (
    select 'city' as scope, '' as feed_id, '' as unit, start_s, end_s from run
    union all
    select 'route', feed_id, coalesce(route_id, ''), start_s, end_s from run
)
select e.scope, e.feed_id, e.unit, cast(n.i as integer) as hour,
    count(case when e.start_s >= n.i * 3600 then 1 end) as starts,
    count(*) as vehicles
from each_run as e
join number as n
    on n.i < 72 and e.start_s < (n.i + 1) * 3600 and greatest(e.end_s, e.start_s + 1) > n.i * 3600
group by 1, 2, 3, 4
