-- Shares by unit and indicator: of people, or of street nodes where no people are known.
-- in: reached, city   out: unit_kind, unit_id, indicator, people, low, reached, high, certain, n
with placed as (
    select 'cell' as unit_kind, cast(h3 as varchar) as unit_id, * from reached
    union all
    select 'zone', zone_id, * from reached where zone_id is not null
    union all
    select 'city', coalesce((select min(city_id) from city), 'city'), * from reached
    where zone_id is not null or (select count(*) from reached where zone_id is not null) = 0
)
select unit_kind, unit_id, indicator,
    cast(sum(cast(people as decimal(18, 6))) as double) as people,
    cast(sum(case when low = 1 then cast(people as decimal(18, 6)) else 0 end) as double) as low,
    cast(sum(case when reached = 1 then cast(people as decimal(18, 6)) else 0 end) as double) as reached,
    cast(sum(case when high = 1 then cast(people as decimal(18, 6)) else 0 end) as double) as high,
    cast(sum(case when certain = 1 then cast(people as decimal(18, 6)) else 0 end) as double) as certain,
    count(*) as n
from placed
group by 1, 2, 3
having sum(cast(people as decimal(18, 6))) > 0
