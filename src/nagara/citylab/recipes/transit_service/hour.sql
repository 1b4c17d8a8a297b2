-- The day hour by hour, of the city and of each route: runs that start, and runs in service within it.
-- A run is in service from the hour of its start to the hour of its last second.
-- in: run, number   out: scope, feed_id, unit, hour, starts, vehicles
with each_run as (
    select 'city' as scope, '' as feed_id, '' as unit, start_s, greatest(end_s, start_s + 1) as end_s from run
    union all
    select 'route', feed_id, coalesce(route_id, ''), start_s, greatest(end_s, start_s + 1) from run
),
edge as (
    select scope, feed_id, unit, cast(floor(start_s / 3600.0) as bigint) as hour, 1 as starts, 1 as d
    from each_run
    union all
    select scope, feed_id, unit, cast(floor((end_s - 1) / 3600.0) as bigint) + 1, 0, -1
    from each_run
),
counted as (
    select scope, feed_id, unit, hour, cast(sum(starts) as bigint) as starts, cast(sum(d) as bigint) as d
    from edge group by scope, feed_id, unit, hour
),
span as (
    select scope, feed_id, unit, min(hour) as low, max(hour) as high
    from counted group by scope, feed_id, unit
),
-- every hour from the first start to the last end, also those in which nothing changes
grid as (
    select s.scope, s.feed_id, s.unit, n.i as hour
    from span as s
    join (select i from number where i < 400) as n on n.i >= s.low and n.i < s.high
)
select g.scope, g.feed_id, g.unit, cast(g.hour as integer) as hour,
    coalesce(c.starts, 0) as starts,
    cast(sum(coalesce(c.d, 0)) over (partition by g.scope, g.feed_id, g.unit order by g.hour
        rows between unbounded preceding and current row) as bigint) as vehicles
from grid as g
left join counted as c
    on c.scope = g.scope and c.feed_id = g.feed_id and c.unit = g.unit and c.hour = g.hour
