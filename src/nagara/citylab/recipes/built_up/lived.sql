-- People by city and zone: the finest units that are counted, and with each zone all that lies in it.
-- in: people, zone, city   out: unit_kind, unit_id, n, lo, hi, units
with recursive_zone as (
    select zone_id, min(parent_id) as parent_id, min(level) as level from zone group by zone_id
),
counted as (
    select p.unit_id, p.n, p.lo, p.hi, z.level
    from people as p join recursive_zone as z on z.zone_id = p.unit_id
    where p.unit_kind = 'zone'
),
finest as (
    select max(level) as level from counted
),
here as (
    select coalesce((select min(city_id) from city), 'city') as city_id
),
everyone as (
    select n, lo, hi from people where unit_kind = 'cell'
    union all
    select c.n, c.lo, c.hi from counted as c join finest as f on f.level = c.level
    where (select count(*) from people where unit_kind = 'cell') = 0
)
select 'city' as unit_kind, h.city_id as unit_id,
    cast(sum(cast(e.n as decimal(18, 6))) as double) as n, cast(sum(cast(e.lo as decimal(18, 6))) as double) as lo,
    cast(sum(cast(e.hi as decimal(18, 6))) as double) as hi, count(*) as units
from everyone as e cross join here as h
group by h.city_id
union all
select 'zone', unit_id, n, lo, hi, 1 from counted
