-- Every number with its range, count, coverage and the reason that limits it.
-- in: day, total, hour, stop_service, stop_hour, route_service, ride, run, active, departure, trip, period, city
with feeds as (
    select count(distinct feed_id) as n from run
),
place as (
    select coalesce((select min(city_id) from city), 'city') as city_id
),
midnight as (
    select make_timestamp(midnight_us) as ts, midnight_us from day
),
-- trips that should run on the day, with or without usable times
due as (
    select count(*) as n, count(r.trip_id) as usable
    from trip as t
    join active as s on s.feed_id = t.feed_id and s.service_id = t.service_id
    left join ride as r on r.feed_id = t.feed_id and r.trip_id = t.trip_id
),
twice as (
    select coalesce(cast(sum(p.n_runs) as bigint), 0) as n
    from period as p
    join ride as r on r.feed_id = p.feed_id and r.trip_id = p.trip_id
    join active as s on s.feed_id = r.feed_id and s.service_id = r.service_id
    where p.said and $said_twice = 'once'
),
every as (
    select *,
        case when scope = 'city' then (select n from twice) else 0 end as unsaid,
        case when measured > 0 then metres / measured * (n - measured) else 0 end as missing_metres,
        case when written_seconds < next_day_seconds then written_seconds else next_day_seconds end as low_s,
        case when written_seconds < next_day_seconds then next_day_seconds else written_seconds end as high_s,
        case when $past_midnight = 'next_day' then next_day_peak else written_peak end as peak
    from total
),
reasoned as (
    select every.*,
        case when scope = 'city' then (select city_id from place)
            when (select n from feeds) > 1 then feed_id || ':' || unit else unit end as unit_id,
        case when scope = 'city' then (select 1.0 * usable / n from due where n > 0) else 1.0 end as coverage,
        case when by_headway > 0 or falling > 0 or unsaid > 0 then 'estimate' else 'verified' end as quality,
        case when falling > 0 then cast(falling as varchar)
            || ' runs fall back past midnight in the feed; the range counts both readings. ' else '' end
        || case when by_headway > 0 then cast(by_headway as varchar)
            || ' runs are written as a headway: their minute is not fixed, the last of a period may not run. ' else '' end
        || case when unsaid > 0 then cast(unsaid as varchar)
            || ' departures by headway repeat written-out trips: they count in the high end only. ' else '' end
        as why
    from every
),
measure as (
    select scope, feed_id, unit, unit_id, 'transit_trips' as indicator, 1.0 * n as value,
        1.0 * (n - spare) as lo, 1.0 * (n + unsaid) as hi, n, coverage, quality, why from reasoned
    union all
    select scope, feed_id, unit, unit_id, 'transit_km', case when measured > 0 then (metres + missing_metres) / 1000 end,
        case when measured > 0 then (metres - spare_metres) / 1000 end, case when measured > 0 then (metres + missing_metres) / 1000 end,
        measured, coverage * measured / nullif(n, 0),
        case when measured = n and quality = 'verified' then 'verified' else 'estimate' end,
        why || case when measured = 0 then 'no trip has a length'
            when measured < n then cast(n - measured as varchar)
                || ' runs have no length: the mean of the others stands for them. ' else '' end from reasoned
    union all
    select scope, feed_id, unit, unit_id, 'transit_hours', seconds / 3600.0, (low_s - spare_seconds) / 3600.0, high_s / 3600.0,
        n, coverage, quality, why from reasoned
    union all
    select scope, feed_id, unit, unit_id, 'transit_speed',
        case when seconds > 0 and measured > 0 then 3.6 * (metres + missing_metres) / seconds end,
        case when high_s > 0 and measured > 0 then 3.6 * (metres + missing_metres) / high_s end,
        case when low_s > 0 and measured > 0 then 3.6 * (metres + missing_metres) / low_s end,
        measured, coverage * measured / nullif(n, 0), 'estimate',
        why || case when measured = 0 then 'no trip has a length' when seconds <= 0 then 'the trips take no time'
            else '' end from reasoned
    union all
    select scope, feed_id, unit, unit_id, 'transit_peak_vehicles', 1.0 * peak,
        1.0 * least(written_peak, next_day_peak), 1.0 * greatest(written_peak, next_day_peak),
        n, coverage, 'estimate', why || 'a vehicle that turns without a break counts once a trip' from reasoned
    union all
    select scope, feed_id, unit, unit_id, 'transit_calls', 1.0 * calls, 1.0 * (calls - spare_calls), 1.0 * calls, n, coverage,
        quality, why || case when timed < calls then cast(calls - timed as varchar)
            || ' calls have no time of their own in the feed. ' else '' end from reasoned
    union all
    select scope, feed_id, unit, unit_id, 'I04_span', (last_s - first_s) / 3600.0, (last_s - first_s) / 3600.0,
        (last_s - first_s) / 3600.0, n, coverage, quality, 'first to last start of a run' from reasoned
    union all
    select r.scope, r.feed_id, r.unit, r.unit_id, 'I04', s.headway_s / 60.0, s.shortest_s / 60.0, s.longest_s / 60.0,
        coalesce(s.gaps, 0), r.coverage, r.quality,
        case when s.headway_s is null then 'fewer than two starts of one direction between the hours asked for'
            else r.why || 'low and high: shortest and longest gap between starts of one direction' end
    from reasoned as r
    left join route_service as s on s.feed_id = r.feed_id and s.route_id = r.unit
    where r.scope = 'route'
),
counted as (
    select 'transit_routes' as indicator, count(*) as n
    from (select distinct feed_id, route_id from run where route_id is not null) as r
    union all
    select 'transit_stops', count(*) from (select distinct feed_id, stop_id from departure) as d
),
stop_named as (
    select s.*, case when (select n from feeds) > 1 then feed_id || ':' || stop_id else stop_id end as unit_id,
        (select case when max(case when basis = 'headway' then 1 else 0 end) = 1 then 'estimate'
            else 'verified' end from run) as quality
    from stop_service as s
)
select scope as unit_kind, case when unit_id = '' then '(no route)' else unit_id end as unit_id, m.ts, indicator,
    value, lo, hi, cast(measure.n as bigint) as n, coverage, quality, nullif(trim(why), '') as reason
from measure cross join midnight as m
union all
select 'city', (select city_id from place), m.ts, 'transit_trips', 0.0, 0.0, 0.0, cast(0 as bigint), 1.0, 'verified',
    'no trip runs on this day'
from midnight as m where not exists (select 1 from run)
union all
select 'city', (select city_id from place), m.ts, c.indicator, 1.0 * c.n, 1.0 * c.n, 1.0 * c.n,
    cast(c.n as bigint), (select 1.0 * usable / n from due where n > 0), 'verified', cast(null as varchar)
from counted as c cross join midnight as m
union all
select 'city', (select city_id from place), m.ts, 'I04', median(s.headway_s) / 60.0, min(s.headway_s) / 60.0,
    max(s.headway_s) / 60.0, count(s.headway_s), 1.0 * count(s.headway_s) / count(*), 'estimate',
    case when count(s.headway_s) = 0 then 'no stop has two departures between the hours asked for'
        else 'the middle of the stops'' headways; low and high: the best and the worst stop' end
from stop_service as s cross join midnight as m
group by m.ts
union all
select 'stop', s.unit_id, m.ts, i.indicator,
    case i.indicator when 'I04' then s.headway_s / 60.0 when 'I04_span' then (s.last_s - s.first_s) / 3600.0
        else 1.0 * s.in_window / nullif(greatest($to_hour - $from_hour, 0), 0) end,
    case i.indicator when 'I04' then s.shortest_s / 60.0 when 'I04_span' then (s.last_s - s.first_s) / 3600.0
        else 1.0 * s.in_window / nullif(greatest($to_hour - $from_hour, 0), 0) end,
    case i.indicator when 'I04' then s.longest_s / 60.0 when 'I04_span' then (s.last_s - s.first_s) / 3600.0
        else 1.0 * s.in_window / nullif(greatest($to_hour - $from_hour, 0), 0) end,
    case i.indicator when 'I04' then s.gaps when 'I04_span' then s.departures else s.in_window end,
    1.0, s.quality,
    case when i.indicator = 'I04' and s.headway_s is null
            then 'fewer than two departures between the hours asked for'
        when i.indicator = 'I04' then 'low and high: shortest and longest gap'
        when i.indicator = 'transit_departures_per_hour' and $to_hour <= $from_hour
            then 'the hours asked for end before they begin' end
from stop_named as s
cross join (
    select 'I04' as indicator union all select 'I04_span' union all select 'transit_departures_per_hour'
) as i
cross join midnight as m
union all
select h.scope, case when h.scope = 'city' then (select city_id from place)
        when h.unit = '' then '(no route)'
        when (select n from feeds) > 1 then h.feed_id || ':' || h.unit else h.unit end,
    make_timestamp(m.midnight_us + h.hour * 3600000000), i.indicator,
    case i.indicator when 'transit_starts' then 1.0 * h.starts else 1.0 * h.vehicles end,
    case i.indicator when 'transit_starts' then 1.0 * h.starts else 1.0 * h.vehicles end,
    case i.indicator when 'transit_starts' then 1.0 * h.starts else 1.0 * h.vehicles end,
    cast(h.vehicles as bigint), 1.0, 'estimate', cast(null as varchar)
from hour as h
cross join (select 'transit_starts' as indicator union all select 'transit_running') as i
cross join midnight as m
union all
select 'stop', case when (select n from feeds) > 1 then h.feed_id || ':' || h.stop_id else h.stop_id end,
    make_timestamp(m.midnight_us + h.hour * 3600000000), 'I04_hour', h.headway_s / 60.0, h.shortest_s / 60.0,
    h.longest_s / 60.0, h.departures, 1.0,
    (select case when max(case when basis = 'headway' then 1 else 0 end) = 1 then 'estimate' else 'verified' end from run),
    case when h.headway_s is null then 'no departure before this one'
        else 'gaps that end in the hour; low and high: shortest and longest' end
from stop_hour as h cross join midnight as m
