-- The densest zones, or cells where there are no zones.
-- in: measured   out: unit_id, junctions_km2
with kinds as (
    select case when count(*) > 0 then 'zone' else 'cell' end as unit_kind
    from measured where unit_kind = 'zone'
)
select m.unit_id, m.crossings / m.km2 as junctions_km2
from measured as m
join kinds as k on k.unit_kind = m.unit_kind
where m.km2 > 0 and m.coverage >= $least_coverage
order by junctions_km2 desc, m.unit_id
limit 20
