-- Flood reports of February 2017.
with report as (
    select p.*, strftime(p.ts + c.offset_s * interval 1 second, '%Y-%m-%dT%H:%M:%S') as local
    from post as p join clock as c on p.ts >= c.start_ts and p.ts < c.end_ts
    where p.source_id = 'reports'
),
name as (
    select file, unnest(names) as name, generate_subscripts(names, 1) as place
    from (
        select file, string_split(regexp_extract(message, 'the columns (.*)\.$', 1), ', ') as names
        from finding where source_id = 'reports' and rule = 'rows-read'
    )
)
select
    (select count(*) from report) as features,
    (select map_from_entries(list((channel, n) order by n desc)) from (
        select channel, count(*) as n from report group by channel
    )) as sources,
    (select min(local) from report) as first,
    (select max(local) from report) as last,
    (select count(text) from report) as with_text,
    -- keys within keys are written with a dot; lon and lat are the point's own
    (select list(key order by place) from (
        select split_part(name, '.', 1) as key, min(place) as place
        from name where name not in ('lon', 'lat') group by 1
    )) as keys
