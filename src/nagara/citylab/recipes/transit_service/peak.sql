-- Most vehicles in service at one time, as written and with falling times carried to the next day.
-- A vehicle counts from its start until before its end. in: run   out: scope, unit, written, next_day
with late as (
    select coalesce(max(late_s), 0) > 0 as any_late from run
),
change as (
    select 'city' as scope, '' as feed_id, '' as unit, 'written' as way, start_s as s, 1 as d from run
    union all select 'city', '', '', 'written', written_end_s, -1 from run
    union all select 'city', '', '', 'next_day', start_s, 1 from run where (select any_late from late)
    union all select 'city', '', '', 'next_day', next_day_end_s, -1 from run where (select any_late from late)
    union all select 'route', feed_id, coalesce(route_id, ''), 'written', start_s, 1 from run
    union all select 'route', feed_id, coalesce(route_id, ''), 'written', written_end_s, -1 from run
    union all select 'route', feed_id, coalesce(route_id, ''), 'next_day', start_s, 1 from run
        where (select any_late from late)
    union all select 'route', feed_id, coalesce(route_id, ''), 'next_day', next_day_end_s, -1 from run
        where (select any_late from late)
),
moment as (
    select scope, feed_id, unit, way, s, cast(sum(d) as bigint) as d
    from change group by scope, feed_id, unit, way, s
),
running as (
    select scope, feed_id, unit, way, s,
        cast(sum(d) over (partition by scope, feed_id, unit, way order by s
            rows between unbounded preceding and current row) as bigint) as vehicles
    from moment
)
select scope, feed_id, unit,
    cast(max(case when way = 'written' then vehicles end) as bigint) as written,
    cast(coalesce(max(case when way = 'next_day' then vehicles end), max(vehicles)) as bigint) as next_day
from running
group by scope, feed_id, unit
