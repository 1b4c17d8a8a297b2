-- Neighbourhoods (rukun warga) and people: how names of two offices meet, and the flood-prone flag as written.
with found as (
    select source_id, rule, sum(count) as n from finding where source_id in ('rw', 'population') group by 1, 2
),
above as (
    select z.zone_id, k.parent_id as kec, c.parent_id as kota
    from zone as z
    join zone as k on k.zone_id = z.parent_id
    join zone as c on c.zone_id = k.parent_id
    where z.level_name = 'rw'
),
aside as (
    select json_extract_string(raw, '$.subdistrict') as name,
        cast(json_extract_string(raw, '$.population') as bigint) as n
    from rejected where source_id = 'population' and rule = 'no-zone'
),
pair as (
    select unnest(string_split(regexp_extract(message, 'confirmed: (.*)\.$', 1), '; ')) as pair
    from finding where source_id = 'population' and rule = 'name-confirmed'
),
confirmed as (
    select split_part(pair, ' = ', 1) as name, split_part(pair, ' = ', 2) as zone_name from pair
)
select
    (select n from found where source_id = 'rw' and rule = 'rows-read') as polygons,
    (select n from found where source_id = 'rw' and rule = 'invalid-geometry') as invalid,
    (select map_from_entries(list((name, n) order by n desc)) from (
        select z.name, count(*) as n from above as a join zone as z on z.zone_id = a.kota group by z.name
    )) as kab,
    (select count(*) from zone where level_name = 'kelurahan') as kel,
    (select count(*) from zone where level_name = 'kecamatan') as kec,
    (select n from found where source_id = 'population' and rule = 'rows-read') as pop_rows,
    (select cast(sum(n) as bigint) from (
        select n from population where source_id = 'population' and group_id = 'total' union all select n from aside
    )) as pop_total,
    -- names that meet without a person's word
    (select count(*) from population where source_id = 'population' and group_id = 'total')
        - (select count(*) from confirmed) as kel_in_both,
    (select list(name order by name) from (
        select name from confirmed union all select name from aside
    )) as pop_not_in_shp,
    (select list(name order by name) from (
        select zone_name as name from confirmed
        union all
        select z.name from zone as z
        where z.level_name = 'kelurahan'
            and not exists (select 1 from population as p where p.unit_id = z.zone_id)
    )) as shp_not_in_pop,
    (select map_from_entries(list((flag, n) order by n desc)) from (
        select coalesce(text, '(blank)') as flag, count(*) as n
        from zone_value where property = 'flood_prone' group by 1
    )) as floodprone
