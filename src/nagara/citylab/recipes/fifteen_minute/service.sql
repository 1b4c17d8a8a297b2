-- Which place serves what: eight services of daily life.
-- in: place, stop   out: service, lon, lat
with named as (
    select lon, lat,
        case
            when category in ('market', 'supermarket', 'grocery') then 'food'
            when category in ('hospital', 'clinic', 'pharmacy') then 'health'
            when category in ('kindergarten', 'school', 'university') then 'education'
            when category = 'park' then 'green'
            when category = 'transit' then 'transit'
            when category in ('culture', 'library', 'community', 'worship') then 'culture'
            when category in ('sports', 'playground') then 'sport'
            when category in ('bank', 'post_office', 'government', 'police') then 'services'
        end as service
    from place
)
select service, lon, lat from named where service is not null and lon is not null and lat is not null
union all
select 'transit', lon, lat from stop
where lon is not null and lat is not null and coalesce(location_type, 0) in (0, 1)
