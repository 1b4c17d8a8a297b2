-- Where people go: health care, schools, stops; stops of rail, ferry and bus rapid transit apart.
-- in: place, stop, route, trip, stop_time   out: service, lon, lat
with large as (
    select distinct t.feed_id, c.stop_id
    from route as r
    join trip as t on t.feed_id = r.feed_id and t.route_id = r.route_id
    join stop_time as c on c.feed_id = t.feed_id and c.trip_id = t.trip_id
    where r.route_type in (0, 1, 2, 4, 5, 6, 7, 12)
        or (r.route_type >= 100 and r.route_type < 200) or (r.route_type >= 400 and r.route_type < 500)
        or (r.route_type >= 900 and r.route_type < 1100)
),
halt as (
    select s.lon, s.lat,
        case when l.stop_id is not null
            or lower(coalesce(s.mode, '')) in ('rail', 'train', 'metro', 'subway', 'mrt', 'lrt', 'tram', 'brt',
                'ferry', 'boat', 'monorail')
            then 1 else 0 end as large
    from stop as s
    left join large as l on l.feed_id = s.feed_id and l.stop_id = s.stop_id
    where s.lon is not null and s.lat is not null and coalesce(s.location_type, 0) in (0, 1)
),
mapped as (
    select lon, lat, case
        when subcategory like 'railway=%' or subcategory in ('amenity=ferry_terminal', 'public_transport=station')
            then 1 else 0 end as large
    from place
    where category = 'transit' and lon is not null and lat is not null
        and coalesce(subcategory, '') not in ('amenity=taxi', 'aeroway=aerodrome', 'aeroway=terminal')
        and (select count(*) from halt) = 0
)
select case when category = 'school' then 'school' else 'health' end as service, lon, lat
from place
where category in ('hospital', 'clinic', 'school') and lon is not null and lat is not null
union all
select case when large = 1 then 'large_stop' else 'stop' end, lon, lat from halt
union all
select case when large = 1 then 'large_stop' else 'stop' end, lon, lat from mapped
