-- All people: the newest count of each unit of the finest level that has people.
-- in: population, zone   out: n, units
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
chosen as (
    select n from counted where unit_kind = 'cell'
    union all
    select c.n from counted as c
    join finest as f on f.level = c.level
    where c.unit_kind = 'zone' and (select count(*) from counted where unit_kind = 'cell') = 0
)
select cast(sum(cast(n as decimal(18, 6))) as double) as n, count(*) as units from chosen
