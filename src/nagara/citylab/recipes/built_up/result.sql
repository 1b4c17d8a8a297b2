-- in: land, lived, streets, city   out: result rows
with here as (
    select coalesce((select min(city_id) from city), 'city') as city_id
),
named as (
    select l.unit_kind, case when l.unit_kind = 'city' then h.city_id else l.unit_id end as unit_id,
        l.use, l.km2, l.n
    from land as l cross join here as h
    where l.unit_kind in ('city', 'zone') and l.use in ('built', 'open')
),
built as (
    select unit_kind, unit_id, km2, n from named where use = 'built'
),
open_space as (
    select coalesce(cast(sum(cast(km2 as decimal(18, 6))) as double), 0) as km2, coalesce(cast(sum(cast(n as bigint)) as bigint), 0) as n
    from named where use = 'open' and unit_kind = 'city'
),
whole as (
    select b.unit_id, b.km2 as built_km2, o.km2 as open_km2, b.n + o.n as n, s.km * $street_width / 1000.0 as street_km2
    from built as b cross join open_space as o cross join streets as s
    where b.unit_kind = 'city'
),
share as (
    select *,
        case when street_km2 is null then 'no streets in the data: import a street map (kind osm)'
            when built_km2 < street_km2 then 'the map shows less built-up land than streets: most of it was not drawn'
        end as why,
        100.0 * (open_km2 + street_km2) / nullif(built_km2 + open_km2 + street_km2, 0) as value,
        100.0 * (open_km2 + 0.5 * street_km2) / nullif(built_km2 + open_km2 + 0.5 * street_km2, 0) as lo,
        100.0 * (open_km2 + 1.5 * street_km2) / nullif(built_km2 + open_km2 + 1.5 * street_km2, 0) as hi
    from whole
)
select b.unit_kind, b.unit_id, cast(null as timestamp) as ts, 'I18' as indicator,
    p.n / nullif(b.km2, 0) as value, p.lo / nullif(b.km2, 0) as lo, p.hi / nullif(b.km2, 0) as hi,
    cast(floor(coalesce(p.n, 0)) as bigint) as n, 1.0 as coverage,
    case when p.n is null then 'not reported' else 'estimate' end as quality,
    case when p.n is null then 'no population in the data' else 'as far as the map shows built-up land' end as reason
from built as b
left join lived as p on p.unit_kind = b.unit_kind and p.unit_id = b.unit_id
union all
select 'city', unit_id, cast(null as timestamp), 'I11', case when why is null then value end,
    case when why is null then lo end, case when why is null then hi end, n, 1.0,
    case when why is null then 'estimate' else 'not reported' end,
    coalesce(why, 'streets ' || cast(cast($street_width as decimal(18, 1)) as varchar) || ' m wide; low and high: half and one and a half of it')
from share
union all
select unit_kind, unit_id, cast(null as timestamp), case use when 'built' then 'area_built' else 'area_open' end,
    km2, km2, km2, n, 1.0, 'estimate', cast(null as varchar)
from named
union all
select 'city', unit_id, cast(null as timestamp), 'area_streets', street_km2, 0.5 * street_km2, 1.5 * street_km2, n, 1.0,
    'estimate', 'length times width'
from whole where street_km2 is not null
