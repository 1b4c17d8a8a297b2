-- Stops of the timetable of 2025 by municipality: the newest run of points-by-zone for that source.
with newest as (
    select run_id from run
    where recipe = 'points-by-zone' and status = 'done'
        and json_extract_string(params, '$.source') = 'transjakarta-2025'
    order by started desc limit 1
),
counted as (
    select r.unit_kind, r.indicator, z.name, cast(r.value as bigint) as n, r.n as points
    from result as r
    join newest on newest.run_id = r.run_id
    left join zone as z on z.zone_id = r.unit_id and r.unit_kind = 'zone'
    where r.indicator = 'stops_outside' or (r.indicator = 'stops' and z.level_name = 'kota')
)
select
    (select points from counted where indicator = 'stops_outside') as n,
    (select map_from_entries(list((coalesce(name, 'nan'), n) order by n desc)) from counted) as by_kab
