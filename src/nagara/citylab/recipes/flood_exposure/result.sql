-- in: ground, by_class, thing_in, cut_trip, bare, city   out: result rows
with here as (select coalesce((select min(city_id) from city), 'city') as city_id),
g as (
    select case when g.unit_kind = 'city' then h.city_id else g.unit_id end as unit, g.*
    from ground as g cross join here as h
),
why as (
    select case when n > 0 then 'no population for: ' || names else cast(null as varchar) end as missing from bare
)
select g.unit_kind, g.unit as unit_id, g.ts, 'flood_people' as indicator,
    case when g.counted > 0 then g.n end as value,
    case when g.counted > 0 then g.lo end as lo,
    case when g.counted > 0 then g.hi end as hi,
    g.zones_yes as n,
    case when g.km2_yes + g.km2_unknown > 0 then g.km2_known / nullif(g.km2_yes + g.km2_unknown, 0) else 1.0 end as coverage,
    case when g.counted > 0 then 'estimate' else 'not reported' end as quality,
    case
        when g.counted = 0 then 'no population is known here'
        when g.unit_kind = 'city' then 'spread over zones by area (value) and evenly (range); '
            || cast(g.zones_unknown as varchar) || ' zones without a usable flag count in the high end'
            || coalesce('; ' || w.missing, '')
        when g.zones_bare > 0 then cast(g.zones_bare as varchar) || ' flooded zones have no population'
    end as reason
from g cross join why as w
union all
select g.unit_kind, g.unit, g.ts, 'flood_people_share', 100 * g.n / nullif(g.people, 0),
    100 * g.lo / nullif(g.people, 0), least(100.0, 100 * g.hi / nullif(g.people, 0)), g.zones_yes,
    1.0 * g.counted / nullif(g.zones, 0), 'estimate',
    case when g.people > 0 then cast(null as varchar) else 'no population is known here' end
from g
union all
select g.unit_kind, g.unit, g.ts, 'flood_zones', g.zones_yes, g.zones_yes, g.zones_yes + g.zones_unknown, g.zones,
    1 - 1.0 * g.zones_unknown / nullif(g.zones, 0), 'verified', cast(null as varchar)
from g
union all
select g.unit_kind, g.unit, g.ts, 'flood_km2', g.km2_yes, g.km2_yes, g.km2_yes + g.km2_unknown, g.zones,
    1 - 1.0 * g.zones_unknown / nullif(g.zones, 0), 'verified', cast(null as varchar)
from g
union all
select 'city', h.city_id, cast(null as timestamp), 'flood_people_class_' || c.class,
    case when c.with_people > 0 then c.people end, c.people_lo,
    coalesce(c.people_hi, 0) + coalesce(c.guess, 0), c.zones,
    1.0 * c.with_people / nullif(c.zones, 0), case when c.with_people > 0 then 'estimate' else 'not reported' end,
    c.label || case when c.with_people = 0 then ': no population is known there' else '' end
from by_class as c cross join here as h where c.class <> ''
union all
select t.unit_kind, case when t.unit_kind = 'city' then h.city_id else t.unit_id end, cast(null as timestamp),
    'flood_' || t.kind || 's_' || t.category, t.n_yes, t.n_yes, t.n_yes + t.n_unknown, t.n, 1.0, 'verified',
    cast(null as varchar)
from thing_in as t cross join here as h
union all
select 'zone', t.unit_id, cast(null as timestamp), t.kind || 's', cast(sum(cast(t.n as bigint)) as bigint),
    cast(sum(cast(t.n as bigint)) as bigint), cast(sum(cast(t.n as bigint)) as bigint),
    cast(sum(cast(t.n as bigint)) as bigint), 1.0, 'verified', cast(null as varchar)
from thing_in as t where t.unit_kind = 'zone' group by t.unit_id, t.kind
union all
select 'city', h.city_id, cast(null as timestamp), 'flood_trips_cut', t.cut, t.cut, t.cut, t.n, 1.0, 'estimate',
    'trips of the timetable that call at a stop in a flooded zone'
from (
    select cast(sum(cast(cut as bigint)) as bigint) as cut, count(*) as n from cut_trip
) as t cross join here as h where t.n > 0
