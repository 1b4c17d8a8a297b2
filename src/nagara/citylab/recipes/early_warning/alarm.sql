-- When each threshold was passed: from the first reading at or above it to the first below.
-- in: reading, threshold, level   out: one row a passage
with above as (
    select t.datastream_id, t.kind, t.severity, t.label, t.threshold, r.ts, r.value, r.p_ts, r.n_ts,
        l.period_h,
        case
            when r.p_value is null or r.p_value < t.threshold
                or epoch_us(r.ts) - epoch_us(r.p_ts) > 3600000000.0 * greatest(3.0, 4 * l.period_h) then 1
            else 0
        end as starts
    from reading as r
    join threshold as t on t.datastream_id = r.datastream_id and t.kind = 'level' and r.value >= t.threshold
    join level as l on l.datastream_id = r.datastream_id
),
numbered as (
    select above.*,
        cast(sum(cast(starts as bigint)) over (partition by datastream_id, severity order by ts
            rows between unbounded preceding and current row) as bigint) as passage
    from above
),
one as (
    select datastream_id, severity, passage, min(kind) as kind, min(label) as label,
        min(threshold) as threshold, min(period_h) as period_h,
        min(ts) as start_ts, max(ts) as last_ts, max(value) as peak, count(*) as n,
        min(case when starts = 1 then p_ts end) as before_ts, max(n_ts) as after_ts
    from numbered
    group by 1, 2, 3
)
select one.*,
    (epoch_us(last_ts) - epoch_us(start_ts)) / 3600000000.0 as hours_lo,
    (least(epoch_us(coalesce(after_ts, last_ts)), epoch_us(last_ts) + 3600000000.0 * greatest(3.0, 4 * period_h))
        - greatest(epoch_us(coalesce(before_ts, start_ts)),
            epoch_us(start_ts) - 3600000000.0 * greatest(3.0, 4 * period_h))) / 3600000000.0 as hours_hi,
    (least(epoch_us(coalesce(after_ts, last_ts)), epoch_us(last_ts) + 3600000000.0 * greatest(3.0, 4 * period_h))
        - epoch_us(start_ts)) / 3600000000.0 as hours,
    coalesce(after_ts, last_ts) as end_ts
from one
where (epoch_us(coalesce(after_ts, last_ts)) - epoch_us(start_ts)) / 60000000.0 >= $hold_minutes
