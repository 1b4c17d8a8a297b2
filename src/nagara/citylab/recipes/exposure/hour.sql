-- Hourly means of each station in local time, of values that can be believed.
-- in: observation, span, flagged, usual_unit, clock   out: thing_id, hour, mean
with doubt as (
    select datastream_id, ts, max(quality) as quality from flagged group by 1, 2
),
o as (
    select s.thing_id, o.datastream_id, o.value,
        date_trunc('hour', make_timestamp(epoch_us(o.ts) + c.offset_s * 1000000)) as hour
    from observation as o
    join span as s on s.datastream_id = o.datastream_id
    join usual_unit as u on u.unit = s.unit
    join clock as c on o.ts >= c.start_ts and o.ts < c.end_ts
    left join doubt as f on f.datastream_id = o.datastream_id and f.ts = o.ts
    where o.value is not null and o.value >= 0 and o.quality not in (4, 9) and coalesce(f.quality, 1) <> 4
        and ($suspect = 'keep' or (o.quality <> 3 and coalesce(f.quality, 1) <> 3))
),
each as (
    select thing_id, datastream_id, hour,
        cast(sum(cast(value as decimal(18, 6))) as double) / nullif(count(*), 0) as mean
    from o group by 1, 2, 3
)
select thing_id, hour, cast(sum(cast(mean as decimal(18, 6))) as double) / nullif(count(*), 0) as mean
from each group by 1, 2
