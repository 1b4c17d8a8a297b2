-- Station-years: mean of the days, hours and days that came, days above the limit, spread of the days.
-- Daily values (one an hour of the day) count as whole days.
-- in: day   out: datastream_id, thing_id, unit, year, mean, low, high, hours, days, above, due_days, coverage
with usual as (
    select datastream_id, case when quantile_cont(hours, 0.75) <= 1.5 then 1.0 else 24.0 end as a_day
    from day group by 1
),
y as (
    select d.datastream_id, min(d.thing_id) as thing_id, min(d.unit) as unit, d.year, min(u.a_day) as a_day,
        cast(sum(cast(d.mean * d.hours as decimal(18, 6))) as double)
            / nullif(cast(sum(cast(d.hours as bigint)) as bigint), 0) as mean,
        quantile_cont(d.mean, 0.05) as low, quantile_cont(d.mean, 0.95) as high,
        cast(sum(cast(d.hours as bigint)) as bigint) as hours,
        count(case when d.hours >= $least_share * u.a_day then 1 end) as days,
        count(case when d.hours >= $least_share * u.a_day and d.mean > $limit then 1 end) as above
    from day as d
    join usual as u on u.datastream_id = d.datastream_id
    group by d.datastream_id, d.year
)
select y.*,
    case when y.year % 4 = 0 and (y.year % 100 <> 0 or y.year % 400 = 0) then 366 else 365 end as due_days,
    least(1.0, y.hours / nullif(y.a_day
        * case when y.year % 4 = 0 and (y.year % 100 <> 0 or y.year % 400 = 0) then 366.0 else 365.0 end, 0)) as coverage
from y
where y.a_day > 0
