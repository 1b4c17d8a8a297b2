-- The datastreams of the property asked for: number k, what is told of it, in which part of the rows it is read.
-- in: observation, datastream   out: k, datastream_id, part, thing_id, property, unit, period_s, ...
select cast(row_number() over (order by o.datastream_id) as integer) as k, o.datastream_id,
    cast(floor(cast(sum(o.n) over (order by o.datastream_id
        rows between unbounded preceding and current row) as bigint) / 2000000.0) as integer) as part,
    coalesce(d.thing_id, o.datastream_id) as thing_id, d.property, coalesce(d.unit, '') as unit,
    d.period_s, d.valid_min, d.valid_max
from (select datastream_id, count(*) as n from observation group by 1) as o
join (
    select datastream_id, min(thing_id) as thing_id, min(property) as property, min(unit) as unit,
        min(period_s) as period_s, min(valid_min) as valid_min, max(valid_max) as valid_max
    from datastream where property = $property group by 1
) as d on d.datastream_id = o.datastream_id
