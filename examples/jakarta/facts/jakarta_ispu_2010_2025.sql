-- The edition of 2010-2025. One row names no station: it is set aside, and counted here as it stood in the file.
with found as (
    select rule, sum(count) as n from finding where source_id = 'ispu-2010-2025' group by rule
),
word as (
    select unnest(regexp_extract_all(message, '([^;:]+) (\d+)(;|\.$)', 1)) as word,
        cast(unnest(regexp_extract_all(message, '([^;:]+) (\d+)(;|\.$)', 2)) as bigint) as n
    from finding where source_id = 'ispu-2010-2025' and rule = 'words' and "column" = 'categori'
),
day as (
    select o.ts + c.offset_s * interval 1 second as local
    from observation as o join clock as c on o.ts >= c.start_ts and o.ts < c.end_ts
    where o.source_id = 'ispu-2010-2025'
),
pm25 as (
    select count(o.value) as n
    from observation as o
    join datastream as d on d.datastream_id = o.datastream_id and d.source_id = o.source_id
    where d.source_id = 'ispu-2010-2025' and d.property = 'pm25_ispu'
    union all
    select count(json_extract_string(raw, '$.pm25')) from rejected
    where source_id = 'ispu-2010-2025' and rule = 'no-station'
)
select
    (select n from found where rule = 'rows-read') as rows,
    (select string_split(regexp_extract(message, 'the columns (.*)\.$', 1), ', ') from finding
    where source_id = 'ispu-2010-2025' and rule = 'rows-read') as cols,
    (select strftime(min(local), '%Y-%m-%d') from day) as first,
    (select strftime(max(local), '%Y-%m-%d') from day) as last,
    (select count(distinct thing_id) from datastream where source_id = 'ispu-2010-2025') as stations,
    (select map_from_entries(list((trim(word), n) order by n desc)) from word) as cats,
    (select sum(n) from pm25) as pm25_nonnull
