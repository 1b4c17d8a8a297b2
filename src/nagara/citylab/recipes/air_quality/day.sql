-- Daily means by station, in local days; hours with at least one value.
-- in: observation, datastream, clock   out: datastream_id, thing_id, unit, year, day, mean, hours
with o as (
    select d.datastream_id, d.thing_id, d.unit, o.value,
        make_timestamp(epoch_us(o.ts) + c.offset_s * 1000000) as local_ts
    from observation as o
    join (
        select datastream_id, min(thing_id) as thing_id, min(unit) as unit
        from datastream where property = $property group by 1
    ) as d on d.datastream_id = o.datastream_id
    join clock as c on o.ts >= c.start_ts and o.ts < c.end_ts
    where o.value is not null and o.quality not in (4, 9) and o.value >= 0
),
h as (
    select datastream_id, min(thing_id) as thing_id, min(unit) as unit,
        date_trunc('hour', local_ts) as hour,
        cast(sum(cast(value as decimal(18, 6))) as double) / nullif(count(*), 0) as mean
    from o group by datastream_id, date_trunc('hour', local_ts)
)
select datastream_id, min(thing_id) as thing_id, min(unit) as unit,
    cast(extract(year from min(hour)) as integer) as year,
    cast(hour as date) as day,
    cast(sum(cast(mean as decimal(18, 6))) as double) / nullif(count(*), 0) as mean,
    count(*) as hours
from h
group by datastream_id, cast(hour as date)
