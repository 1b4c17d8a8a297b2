-- in: field, station, zone_mean, period, usual_unit, city   out: result rows
with here as (select coalesce((select min(city_id) from city), 'city') as city_id),
told as (
    select p.first_day, cast(p.first_day as timestamp) as ts,
        case when u.unit is null or u.unit <> 'ug/m3' then 'the unit is ' || coalesce(nullif(u.unit, ''), 'not given') || '. ' else '' end as unit,
        case when p.days < 300 then 'a mean of ' || cast(p.days as varchar) || ' days, not of a year. ' else '' end as short
    from (select count(*) as n from span) as a
    left join period as p on true
    left join usual_unit as u on true
),
city_row as (
    select f.* from field as f where f.kind = 'city'
)
select 'city' as unit_kind, h.city_id as unit_id, t.ts, f.what as indicator, f.value,
    least(f.lo, f.value) as lo, greatest(f.hi, f.value) as hi, f.n, f.covered as coverage, 'estimate' as quality,
    nullif(trim(t.unit || t.short || case when f.n < 3
        then 'fewer than three stations: the range leaves out where they stand. ' else '' end
        || case when f.covered < 0.995 and f.what <> 'exposure_covered'
        then 'people farther than the cap from every station are not covered' else '' end), '') as reason
from city_row as f cross join here as h cross join told as t
union all
select 'city', h.city_id, t.ts, 'exposure_' || $property, cast(null as double), cast(null as double), cast(null as double),
    0, 0.0, 'not reported',
    case when (select count(*) from span) = 0 then 'no datastream measures ' || $property
        when (select count(*) from station where why is null) = 0 then 'no station has a place and enough hours that can be believed'
        when (select count(*) from field where kind = 'cell') = 0 then 'no population by cell, or by zone with its cells'
        else 'nobody lives within the cap of a station' end
from here as h cross join told as t
where (select count(*) from city_row where what = 'exposure_' || $property) = 0
union all
select 'cell', cast(f.h3 as varchar), t.ts, f.what, f.value, least(f.lo, f.value), greatest(f.hi, f.value), f.n,
    f.covered, 'estimate', case when f.value is null then 'farther than the cap from every station: not covered'
        else nullif(trim(t.unit || t.short), '') end
from field as f cross join told as t
where f.kind = 'cell'
union all
select 'zone', z.zone_id, t.ts, 'exposure_' || $property, z.value, least(z.lo, z.value), greatest(z.hi, z.value), z.n,
    z.covered, 'estimate', case when z.value is null then 'farther than the cap from every station: not covered'
        else nullif(trim(t.unit || t.short), '') end
from zone_mean as z cross join told as t
union all
select 'thing', s.thing_id, t.ts, 'station_' || $property, case when s.why is null then s.mean end,
    case when s.why is null then least(f.lo, s.mean) end, case when s.why is null then greatest(f.hi, s.mean) end,
    s.hours, s.coverage, case when s.why is null then 'verified' else 'not reported' end,
    coalesce(s.why, nullif(trim(t.unit || t.short), ''))
from station as s
cross join told as t
left join field as f on f.kind = 'station' and f.thing_id = s.thing_id
