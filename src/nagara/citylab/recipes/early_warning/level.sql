-- One row a datastream: its highest value and when, the steepest rise and when, its own quantiles.
-- A rise is the change since the reading before, an hour; readings closer than 15 minutes count as 15.
-- in: reading, stream   out: one row a datastream
with rate as (
    select datastream_id, ts, value, p_ts,
        (epoch_us(ts) - epoch_us(p_ts)) / 3600000000.0 as since_h,
        case when epoch_us(ts) - epoch_us(p_ts) <= 10800000000
            then (value - p_value) / greatest(0.25, (epoch_us(ts) - epoch_us(p_ts)) / 3600000000.0)
        end as rise
    from reading
),
one as (
    select datastream_id, count(*) as n, min(ts) as first_ts, max(ts) as last_ts,
        min(value) as lowest, max(value) as highest, median(value) as middle, max(rise) as steepest,
        quantile_cont(value, $watch_quantile) as q_watch,
        quantile_cont(value, $alarm_quantile) as q_alarm,
        quantile_cont(case when rise > 0 then rise end, $alarm_quantile) as q_rise,
        count(distinct value) as n_values,
        median(since_h) as period_h
    from rate group by 1
)
select one.*, s.thing_id, s.property, s.unit, h.highest_ts, r.steepest_ts
from one
join stream as s on s.datastream_id = one.datastream_id
join (
    select r.datastream_id, min(r.ts) as highest_ts
    from rate as r join one on one.datastream_id = r.datastream_id and r.value = one.highest
    group by 1
) as h on h.datastream_id = one.datastream_id
left join (
    select r.datastream_id, min(r.ts) as steepest_ts
    from rate as r join one on one.datastream_id = r.datastream_id and r.rise = one.steepest
    group by 1
) as r on r.datastream_id = one.datastream_id
