-- The raw edition of the air quality index: words as they stand in the file, shifted cells among them.
with found as (
    select rule, sum(count) as n from finding where source_id = 'ispu-raw' group by rule
),
station as (
    select unnest(regexp_extract_all(message, '([^;:]+) (\d+)(;|\.$)', 1)) as name
    from finding where source_id = 'ispu-raw' and rule = 'words' and "column" = 'stasiun'
),
word as (
    select unnest(regexp_extract_all(message, '([^;:]+) (\d+)(;|\.$)', 1)) as word,
        cast(unnest(regexp_extract_all(message, '([^;:]+) (\d+)(;|\.$)', 2)) as bigint) as n
    from finding where source_id = 'ispu-raw' and rule = 'words' and "column" = 'categori'
),
day as (
    select o.ts + c.offset_s * interval 1 second as local
    from observation as o join clock as c on o.ts >= c.start_ts and o.ts < c.end_ts
    where o.source_id = 'ispu-raw'
)
select
    (select n from found where rule = 'rows-read') as rows,
    (select list(trim(name) order by trim(name)) from station) as stations,
    (select n from found where rule = 'na-marker') as dash_cells,
    (select strftime(min(local), '%d/%m/%Y') from day) as first,
    (select strftime(max(local), '%d/%m/%Y') from day) as last,
    (select sum(n) from found where rule in ('exact-duplicate', 'conflicting-duplicate')) as dup_key,
    -- the eight most frequent words
    (select map_from_entries(list((trim(word), n) order by n desc)) from (select * from word order by n desc limit 8)) as cats
