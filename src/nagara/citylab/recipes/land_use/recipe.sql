-- Every number with its range, count, coverage and the reason that limits it.
-- in: spread, people, city   out: result rows
with place as (
    select coalesce((select min(city_id) from city), 'city') as city_id
),
named as (
    select case when s.unit_kind = 'city' then p.city_id else s.unit_id end as unit_id,
        s.unit_kind, s.use, s.km2, s.summed_km2, s.n, s.unit_km2
    from spread as s cross join place as p
),
green as (
    select unit_kind, unit_id,
        max(case when use = 'green' then km2 end) as km2,
        max(case when use = 'green' then summed_km2 end) as summed_km2,
        max(case when use = 'green' then n end) as n
    from named where unit_kind = 'city' group by 1, 2
),
mix as (
    select unit_kind, unit_id, use, km2, n, unit_km2,
        cast(sum(cast(km2 as decimal(18, 6))) over (partition by unit_kind, unit_id) as double) as whole,
        count(*) over (partition by unit_kind, unit_id) as kinds,
        cast(sum(cast(n as bigint)) over (partition by unit_kind, unit_id) as bigint) as pieces
    from named
    where use in ('residential', 'commercial', 'industrial', 'green', 'public_space', 'built_up') and km2 > 0
),
entropy as (
    select unit_kind, unit_id, max(kinds) as kinds, max(pieces) as pieces,
        max(whole) as whole, max(unit_km2) as unit_km2,
        cast(sum(cast(-(km2 / nullif(whole, 0)) * ln(km2 / nullif(whole, 0)) as decimal(18, 6))) as double) as h
    from mix group by 1, 2
)
select g.unit_kind, g.unit_id, cast(null as timestamp) as ts, 'I12' as indicator,
    100.0 * 100000.0 * g.km2 / nullif(p.n, 0) as value, 100.0 * 100000.0 * g.km2 / nullif(p.n, 0) as lo,
    100.0 * 100000.0 * greatest(g.summed_km2, g.km2) / nullif(p.n, 0) as hi,
    coalesce(g.n, 0) as n, 1.0 as coverage,
    case when g.km2 is not null and p.n > 0 then 'estimate' else 'not reported' end as quality,
    case when g.km2 is null then 'no green area in the data'
        when p.n is null or p.n <= 0 then 'no population in the data'
        else 'as far as the map shows green; high end: overlapping areas counted twice' end as reason
from green as g cross join people as p
union all
select g.unit_kind, g.unit_id, cast(null as timestamp), 'green_m2_per_person',
    1000000.0 * g.km2 / nullif(p.n, 0), 1000000.0 * g.km2 / nullif(p.n, 0),
    1000000.0 * greatest(g.summed_km2, g.km2) / nullif(p.n, 0), coalesce(g.n, 0), 1.0,
    case when g.km2 is not null and p.n > 0 then 'estimate' else 'not reported' end,
    case when g.km2 is null then 'no green area in the data'
        when p.n is null or p.n <= 0 then 'no population in the data'
        else 'as far as the map shows green; high end: overlapping areas counted twice' end
from green as g cross join people as p
union all
select unit_kind, unit_id, cast(null as timestamp), 'area_' || use, km2, km2, greatest(summed_km2, km2), n, 1.0,
    'estimate', 'high end: overlapping areas counted twice'
from named where unit_kind in ('city', 'zone')
union all
select e.unit_kind, e.unit_id, cast(null as timestamp), 'I22',
    e.h / 1.791759469228055, e.h / 1.791759469228055, e.h / 1.791759469228055, -- ln 6
    e.pieces, least(1.0, e.whole / nullif(e.unit_km2, 0)), 'estimate',
    'of six uses; ' || cast(e.kinds as varchar) || ' are mapped here'
from entropy as e
