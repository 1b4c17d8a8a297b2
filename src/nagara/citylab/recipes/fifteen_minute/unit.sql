-- Shares by unit and service: of people, or of street nodes where no people are known.
-- in: reached, city   out: unit_kind, unit_id, service, people, slow, usual, fast, certain, n
with placed as (
    select 'cell' as unit_kind, cast(h3 as varchar) as unit_id, * from reached
    union all
    select 'zone', zone_id, * from reached where zone_id is not null
    union all
    select 'city', coalesce((select min(city_id) from city), 'city'), * from reached
    where zone_id is not null or (select count(*) from reached where zone_id is not null) = 0
)
select unit_kind, unit_id, service,
    cast(sum(cast(people as decimal(18, 6))) as double) as people,
    cast(sum(case when slow = 1 then cast(people as decimal(18, 6)) else 0 end) as double) as slow,
    cast(sum(case when usual = 1 then cast(people as decimal(18, 6)) else 0 end) as double) as usual,
    cast(sum(case when fast = 1 then cast(people as decimal(18, 6)) else 0 end) as double) as fast,
    cast(sum(case when certain = 1 then cast(people as decimal(18, 6)) else 0 end) as double) as certain,
    count(*) as n
from placed
group by 1, 2, 3
having sum(cast(people as decimal(18, 6))) > 0
