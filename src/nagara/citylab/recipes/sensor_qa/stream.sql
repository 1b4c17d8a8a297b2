-- One row a datastream: its number k, its usual period, its span and that of its network.
-- in: days, datastream   out: k, datastream_id, thing_id, property, unit, period_s, ...
with gap as (
    select k, datastream_id, n, n_missing, n_failed, first_ts, last_ts,
        date_diff('day', lag(day) over (partition by datastream_id order by day), day) as days_since
    from days
),
one as (
    select k, datastream_id,
        cast(sum(cast(n as bigint)) as bigint) as n,
        cast(sum(cast(n_missing as bigint)) as bigint) as n_missing,
        cast(sum(cast(n_failed as bigint)) as bigint) as n_failed,
        count(*) as n_days,
        quantile_cont(case when n > 0 then n end, 0.75) as per_day,
        median(days_since) as day_step,
        min(first_ts) as first_ts,
        max(last_ts) as last_ts
    from gap
    group by 1, 2
),
timed as (
    select one.*, d.thing_id, d.property, d.unit, d.valid_min, d.valid_max,
        case
            when d.period_s > 0 then d.period_s
            when one.n_days <= 3 and one.n > 1
                then (epoch_us(one.last_ts) - epoch_us(one.first_ts)) / (1000000.0 * nullif(one.n - 1, 0))
            when one.per_day >= 2 then 86400.0 / one.per_day
            when one.day_step >= 1 then 86400.0 * one.day_step
        end as period_s
    from one
    left join (
        select datastream_id, min(thing_id) as thing_id, min(property) as property, min(unit) as unit,
            min(period_s) as period_s, min(valid_min) as valid_min, max(valid_max) as valid_max
        from datastream group by 1
    ) as d on d.datastream_id = one.datastream_id
)
select
    k, datastream_id, coalesce(thing_id, datastream_id) as thing_id,
    coalesce(property, '') as property, coalesce(unit, '') as unit,
    n, n_missing, n_failed, n_days, first_ts, last_ts, valid_min, valid_max,
    case when period_s > 0 then period_s end as period_s,
    -- the network's span: from the middle of all starts to the middle of all ends, so that one stray row
    -- from another year does not stretch it
    least(first_ts, make_timestamp(cast(floor(
        median(epoch_us(first_ts)) over (partition by coalesce(property, ''))) as bigint))) as network_first_ts,
    greatest(last_ts, make_timestamp(cast(floor(
        median(epoch_us(last_ts)) over (partition by coalesce(property, ''))) as bigint))) as network_last_ts
from timed
