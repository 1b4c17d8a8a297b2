-- People by H3 cell: the newest count of each unit; cells where they are given, else zones of the finest
-- level that has people, spread by area.
-- in: population, zone, cell   out: h3, n
with ranked as (
    select unit_kind, unit_id, group_id, n,
        row_number() over (
            partition by unit_kind, unit_id, group_id
            order by coalesce(date, cast('1800-01-01' as date)) desc, source_id
        ) as place
    from population where n is not null
),
unit as (
    select unit_kind, unit_id,
        coalesce(
            sum(case when group_id = 'total' then cast(n as decimal(18, 6)) end),
            sum(case when group_id <> 'total' then cast(n as decimal(18, 6)) end)
        ) as n
    from ranked where place = 1
    group by 1, 2
),
counted as (
    select unit.unit_kind, unit.unit_id, unit.n, z.level
    from unit
    left join (select zone_id, min(level) as level from zone group by 1) as z on z.zone_id = unit.unit_id
),
finest as (
    select max(level) as level from counted where unit_kind = 'zone'
),
shared as (
    select cast(c.unit_id as bigint) as h3, cast(c.n as double) as n
    from counted as c where c.unit_kind = 'cell'
    union all
    select w.h3, cast(c.n as double) * w.share
    from counted as c
    join finest as f on f.level = c.level
    join (select h3, zone_id, max(share) as share from cell group by 1, 2) as w on w.zone_id = c.unit_id
    where c.unit_kind = 'zone' and (select count(*) from counted where unit_kind = 'cell') = 0
)
select h3, cast(sum(cast(n as decimal(18, 6))) as double) as n
from shared
group by 1
having sum(cast(n as decimal(18, 6))) > 0
order by h3
