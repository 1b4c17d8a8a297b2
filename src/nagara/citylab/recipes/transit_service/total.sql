-- Trips, length and duration of the day, of the city and of each route.
-- in: run, peak   out: scope, feed_id, unit, n, calls, known, metres, ...
with each_run as (
    select 'city' as scope, '' as feed_id, '' as unit, n_calls, n_timed, basis, spare, late_s, metres, start_s, end_s,
        written_end_s, next_day_end_s
    from run
    union all
    select 'route', feed_id, coalesce(route_id, ''), n_calls, n_timed, basis, spare, late_s, metres, start_s, end_s,
        written_end_s, next_day_end_s
    from run
)
select
    e.scope, e.feed_id, e.unit,
    count(*) as n, cast(sum(e.n_calls) as bigint) as calls, cast(sum(e.n_timed) as bigint) as timed,
    count(case when e.basis = 'headway' then 1 end) as by_headway,
    count(case when e.late_s > 0 then 1 end) as falling,
    count(e.metres) as measured,
    cast(sum(cast(e.metres as decimal(18, 6))) as double) as metres,
    count(case when e.spare then 1 end) as spare,
    coalesce(cast(sum(cast(case when e.spare then e.metres end as decimal(18, 6))) as double), 0) as spare_metres,
    cast(coalesce(sum(case when e.spare then e.end_s - e.start_s end), 0) as bigint) as spare_seconds,
    cast(coalesce(sum(case when e.spare then e.n_calls end), 0) as bigint) as spare_calls,
    cast(sum(e.end_s - e.start_s) as bigint) as seconds,
    cast(sum(e.written_end_s - e.start_s) as bigint) as written_seconds,
    cast(sum(e.next_day_end_s - e.start_s) as bigint) as next_day_seconds,
    min(e.start_s) as first_s, max(e.start_s) as last_s,
    min(p.written) as written_peak, min(p.next_day) as next_day_peak
from each_run as e
join peak as p on p.scope = e.scope and p.feed_id = e.feed_id and p.unit = e.unit
group by e.scope, e.feed_id, e.unit
