-- Readings for the figure: the highest of each hour, or of each day where the span is over sixty days.
-- in: reading   out: datastream_id, ts, value
with span as (
    select case when epoch_us(max(ts)) - epoch_us(min(ts)) > 5184000000000 then 86400000000.0 else 3600000000.0 end
        as width_us
    from reading
)
select r.datastream_id,
    make_timestamp(cast(floor(epoch_us(r.ts) / nullif(s.width_us, 0)) * s.width_us as bigint)) as ts,
    max(r.value) as value
from reading as r cross join span as s
group by 1, 2
