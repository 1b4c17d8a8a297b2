-- Water levels: the file as it was (rows, copies), and what stands in the lake (stations, time, highest levels).
with found as (
    select rule, sum(count) as n from finding where source_id = 'water' group by rule
),
level as (
    select d.thing_id, o.value, o.ts, strftime(o.ts + c.offset_s * interval 1 second, '%Y-%m-%d %H:%M:%S') as local
    from observation as o
    join datastream as d on d.datastream_id = o.datastream_id and d.source_id = o.source_id
    join clock as c on o.ts >= c.start_ts and o.ts < c.end_ts
    where d.source_id = 'water' and d.property = 'water_level'
),
highest as (
    select thing_id, max(value) as top, min(local) filter (where value = best) as moment
    from (select *, max(value) over (partition by thing_id) as best from level)
    group by thing_id
)
select
    (select n from found where rule = 'rows-read') as rows,
    (select n from found where rule = 'exact-duplicate') as exact_dups,
    (select sum(n) from found where rule in ('exact-duplicate', 'conflicting-duplicate')) as key_dups,
    (select count(*) from (
        select reason from rejected where source_id = 'water' and rule = 'conflicting-duplicate'
    )) as conflicting_keys,
    (select count(*) from thing where source_id = 'water') as stations,
    (select min(local) from level) as first,
    (select max(local) from level) as last,
    (select cast(top as bigint) from highest where thing_id like '%Manggarai%') as manggarai_max,
    (select moment from highest where thing_id like '%Manggarai%') as manggarai_max_at,
    (select cast(top as bigint) from highest where thing_id like '%Katulampa%') as katulampa_max,
    (select moment from highest where thing_id like '%Katulampa%') as katulampa_max_at,
    (select n from found where rule = 'below-zero') as negatives,
    (select map_from_entries(list((minutes, n) order by n desc)) from (
        select format('{:.1f}', period_s / 60) as minutes, count(*) as n
        from datastream where source_id = 'water' and property = 'water_level' group by 1
    )) as mode_step_min
