-- The marking to work with: one property, and of a marking that changes the moment asked for or the worst one.
-- in: zone_value   out: zone_id, property, ts, value, unit
with wanted as (
    select case
        when $property is not null then $property
        when (select count(*) from zone_value where property = 'flood_depth_class') > 0 then 'flood_depth_class'
        when (select count(*) from zone_value where property = 'flood_depth') > 0 then 'flood_depth'
        else 'flood_prone'
    end as property
),
rows as (
    select v.zone_id, v.property, v.ts, v.value, v.unit
    from zone_value as v join wanted as w on w.property = v.property
),
moment as (
    select ts, row_number() over (order by n desc, ts) as place
    from (
        select ts, count(distinct case when value > 0 then zone_id end) as n
        from rows
        where ts is not null and ($moment is null or ts <= cast($moment as timestamp))
        group by 1
    ) as counted
),
asked as (
    select max(ts) as ts from rows where $moment is not null and ts <= cast($moment as timestamp)
),
chosen as (
    select case when $moment is not null then (select ts from asked)
        else (select ts from moment where place = 1) end as ts
)
select r.zone_id, min(r.property) as property, min(r.ts) as ts, max(r.value) as value, min(r.unit) as unit
from rows as r cross join chosen as c
where r.ts is not distinct from c.ts
group by 1
