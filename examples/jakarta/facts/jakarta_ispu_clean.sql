-- The cleaned edition with its audit of duplicates: what the clinic finds in both files together.
with found as (
    select rule, file, sum(count) as n from finding where source_id = 'ispu-clean' group by rule, file
),
station as (
    select unnest(regexp_extract_all(message, '([^;:]+) (\d+)(;|\.$)', 1)) as name
    from finding where source_id = 'ispu-clean' and rule = 'words' and "column" = 'stasiun' and file like 'Clean_%'
),
day as (
    select o.ts + c.offset_s * interval 1 second as local
    from observation as o join clock as c on o.ts >= c.start_ts and o.ts < c.end_ts
    where o.source_id = 'ispu-clean' and o.batch_id like 'Clean_%'
)
select
    (select n from found where rule = 'rows-read' and file like 'Clean_%') as rows,
    (select strftime(min(local), '%Y-%m-%d') from day) as first,
    (select strftime(max(local), '%Y-%m-%d') from day) as last,
    (select n from found where rule = 'rows-read' and file like 'Audit_%') as audit_rows,
    -- rows of doubled station and day: with other values, and all alike
    (select map_from_entries(list((
        case rule when 'conflicting-group' then 'DUPLIKAT_KONFLIK_NILAI' else 'DUPLIKAT_IDENTIK' end, n
    ))) from found where rule in ('conflicting-group', 'identical-group')) as types,
    (select list(trim(name) order by trim(name)) from station) as stations
