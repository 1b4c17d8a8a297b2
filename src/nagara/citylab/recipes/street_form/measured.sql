-- One row a unit: what lies in it, and the area that the street data cover.
-- in: counted, ground   out: unit_kind, unit_id, km2, coverage, length_m, streets, street_m, straight_m, ...
with placed as (
    select 'cell' as unit_kind, cast(h3 as varchar) as unit_id, kind, n, metres, straight_m from counted
    union all
    select 'zone', zone_id, kind, n, metres, straight_m from counted where zone_id is not null
    union all
    select 'city', g.unit_id, c.kind, c.n, c.metres, c.straight_m
    from counted as c
    cross join (select unit_id from ground where unit_kind = 'city') as g
),
summed as (
    select unit_kind, unit_id,
        sum(case when kind = 'length' then cast(metres as decimal(18, 6)) end) as length_m,
        sum(case when kind = 'street' then cast(metres as decimal(18, 6)) end) as street_m,
        sum(case when kind = 'street' then cast(straight_m as decimal(18, 6)) end) as straight_m,
        cast(sum(case when kind = 'street' then cast(n as bigint) else 0 end) as bigint) as streets,
        cast(sum(case when kind = 'junction' then cast(n as bigint) else 0 end) as bigint) as junctions,
        cast(sum(case when kind = 'crossing' then cast(n as bigint) else 0 end) as bigint) as crossings,
        cast(sum(case when kind = 'loose_crossing' then cast(n as bigint) else 0 end) as bigint) as loose_crossings,
        cast(sum(case when kind = 'tight_crossing' then cast(n as bigint) else 0 end) as bigint) as tight_crossings,
        cast(sum(case when kind = 'dead_end' then cast(n as bigint) else 0 end) as bigint) as dead_ends
    from placed
    group by 1, 2
)
select g.unit_kind, g.unit_id, g.km2, g.coverage,
    coalesce(cast(s.length_m as double), 0.0) as length_m,
    coalesce(cast(s.street_m as double), 0.0) as street_m,
    coalesce(cast(s.straight_m as double), 0.0) as straight_m,
    coalesce(s.streets, 0) as streets,
    coalesce(s.junctions, 0) as junctions,
    coalesce(s.crossings, 0) as crossings,
    coalesce(s.loose_crossings, 0) as loose_crossings,
    coalesce(s.tight_crossings, 0) as tight_crossings,
    coalesce(s.dead_ends, 0) as dead_ends
from ground as g
left join summed as s on s.unit_kind = g.unit_kind and s.unit_id = g.unit_id
