-- Flood reports by the area that their exact point lay in.
with report as (
    select p.post_id, kel.name as kel, kota.name as kota
    from post as p
    left join zone as kel on kel.zone_id = p.zone_id
    left join zone as kec on kec.zone_id = kel.parent_id
    left join zone as kota on kota.zone_id = kec.parent_id
    where p.source_id = 'reports'
)
select
    (select count(*) from report) as n,
    (select count(kel) from report) as inside,
    (select map_from_entries(list((kota, n) order by n desc)) from (
        select kota, count(*) as n from report where kota is not null group by kota
    )) as by_kab,
    (select map_from_entries(list((kel, n) order by n desc)) from (
        select kel, count(*) as n from report where kel is not null group by kel order by n desc, kel limit 5
    )) as top_kel
