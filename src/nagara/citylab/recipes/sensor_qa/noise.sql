-- How far values of a datastream usually lie from their neighbours in time: the yardstick of the tests.
-- in: sample, stream, usual
-- Whole numbers without a unit and with at most ten values are states (an alert level): not tested.
-- out: k, is_state, spike_limit, step_limit (in the datastream's unit), runs_over (values), rest_value
with r as (
    select o.k, o.ts, o.value, o.value - u.middle as r, o.part as block
    from sample as o
    join usual as u on u.k = o.k and u.hour = o.hour
    where o.part % 4 = 0  -- part is 0 where all rows are in the sample
),
w as (
    select k, block, ts, value, r,
        value - lag(value) over t as d1,
        lag(value) over t - lag(value, 2) over t as d1_before,
        r - (lag(r) over t + lead(r) over t) / 2 as d2,
        (r + lead(r) over t + lead(r, 2) over t - lag(r) over t - lag(r, 2) over t - lag(r, 3) over t) / 3 as d3
    from r
    window t as (partition by k, block order by ts, value)
),
m as (
    select k,
        count(*) as n,
        count(distinct value) as n_values,
        max(abs(value - round(value))) as fraction,
        count(case when d1 = 0 and d1_before <> 0 then 1 end) as repeats,
        count(case when d1_before <> 0 then 1 end) as changes,
        median(abs(d2)) as d2_50,
        quantile_cont(case when d2 <> 0 then abs(d2) end, 0.9) as d2_90,
        median(abs(d3)) as d3_50,
        quantile_cont(case when d3 <> 0 then abs(d3) end, 0.9) as d3_90,
        min(value) as least,
        min(case when d1 <> 0 then abs(d1) end) as resolution
    from w
    group by 1
),
turn as (
    select k, block,
        cast(sum(case when d1 = 0 then 0 else 1 end) over (partition by k, block order by ts, value
            rows between unbounded preceding and current row) as bigint) as run
    from w
),
long as (
    select k, count(*) as n_runs, quantile_cont(n, 0.98) as n_98
    from (select k, block, run, count(*) as n from turn group by 1, 2, 3) as runs
    group by 1
),
rest as (
    select w.k, count(*) as n_least
    from w join m on m.k = w.k and w.value = m.least
    group by 1
)
select m.k,
    m.n_values <= 10 and m.fraction = 0 and (s.unit = '1' or s.unit like '{%') as is_state,
    case when not (m.n_values <= 10 and m.fraction = 0 and (s.unit = '1' or s.unit like '{%'))
        then $spike_k * greatest(1.4826 * m.d2_50, m.d2_90 / 1.645, m.resolution) end as spike_limit,
    case when not (m.n_values <= 10 and m.fraction = 0 and (s.unit = '1' or s.unit like '{%'))
        then $step_k * greatest(1.4826 * m.d3_50, m.d3_90 / 1.645, m.resolution) end as step_limit,
    greatest(
        case
            when m.changes = 0 or m.repeats = 0 then 2
            else ceil(ln(1000.0 * m.n) / nullif(ln((m.changes + 1.0) / (m.repeats + 0.5)), 0))
        end,
        case when long.n_runs >= 50 then 1.5 * long.n_98 else 0 end
    ) as runs_over,
    case when rest.n_least > 0.2 * m.n and m.changes > 0 then m.least end as rest_value
from m
join rest on rest.k = m.k
join long on long.k = m.k
join stream as s on s.k = m.k
