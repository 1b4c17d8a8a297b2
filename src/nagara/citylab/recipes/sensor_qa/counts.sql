-- Counts a datastream: values, flagged ones by test, gaps, and what was expected.
-- in: stream, flagged, fault, calendar   out: one row a datastream
with f as (
    select datastream_id, count(*) as n_flagged,
        count(case when quality = 4 then 1 end) as n_fail,
        count(case when range_failed = 1 then 1 end) as n_range,
        count(case when spike_failed = 1 then 1 end) as n_spike,
        count(case when unusual_failed = 1 then 1 end) as n_unusual,
        count(case when flatline_failed = 1 then 1 end) as n_flatline,
        count(case when step_failed = 1 then 1 end) as n_step,
        count(case when drift_failed = 1 then 1 end) as n_drift
    from flagged group by 1
),
g as (
    select k, count(*) as n_gaps, max(size) / 3600.0 as longest_h
    from fault where test = 'gap' group by 1
),
c as (
    select datastream_id, cast(sum(cast(least(n, cast(ceil(expected) as bigint)) as bigint)) as bigint) as received
    from calendar group by 1
)
select s.*, coalesce(f.n_flagged, 0) as n_flagged, coalesce(f.n_fail, 0) as n_fail,
    coalesce(f.n_range, 0) as n_range, coalesce(f.n_spike, 0) as n_spike,
    coalesce(f.n_unusual, 0) as n_unusual, coalesce(f.n_flatline, 0) as n_flatline,
    coalesce(f.n_step, 0) as n_step, coalesce(f.n_drift, 0) as n_drift,
    coalesce(g.n_gaps, 0) as n_gaps, g.longest_h,
    c.received,
    100.0 * least(1.0, c.received / greatest(1.0,
        1 + (epoch_us(s.network_last_ts) - epoch_us(s.network_first_ts)) / (1000000.0 * nullif(s.period_s, 0)))) as available,
    greatest(1.0, 1 + (epoch_us(s.last_ts) - epoch_us(s.first_ts)) / (1000000.0 * nullif(s.period_s, 0))) as own_expected,
    greatest(1.0, 1 + (epoch_us(s.network_last_ts) - epoch_us(s.network_first_ts)) / (1000000.0 * nullif(s.period_s, 0)))
        as expected
from stream as s
left join f on f.datastream_id = s.datastream_id
left join g on g.k = s.k
left join c on c.datastream_id = s.datastream_id
