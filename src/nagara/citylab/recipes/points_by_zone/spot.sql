-- Everything that stands somewhere. Reports carry their zone; their exact point is not kept.
-- in: place, stop, thing, post   out: kind, category, id, author, lon, lat, zone_id
with every as (
    select 'place' as kind, category, place_id as id, cast(null as varchar) as author, lon, lat,
        cast(null as varchar) as zone_id, source_id
    from place
    union all
    select 'stop',
        case coalesce(location_type, 0)
            when 0 then coalesce(mode, 'stop')
            when 1 then 'station'
            when 2 then 'entrance'
            else 'node'
        end,
        feed_id || ' ' || stop_id, cast(null as varchar), lon, lat, cast(null as varchar), source_id
    from stop
    union all
    select 'thing', coalesce(kind, 'thing'), thing_id, cast(null as varchar), lon, lat, cast(null as varchar), source_id
    from thing
    union all
    select 'post', coalesce(category, 'post'), post_id, coalesce(author_hash, post_id),
        cast(null as double), cast(null as double), zone_id, source_id
    from post
)
select kind, category, id, author, lon, lat, zone_id from every
where ($kind is null or kind = $kind) and ($source is null or source_id = $source)
