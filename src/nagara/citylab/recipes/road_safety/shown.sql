-- The whole city by year.
-- in: death   out: year, ts, deaths, people, zones, silent, rate, lo, hi
with total as (
    select year, min(ts) as ts,
        cast(sum(case when n > 0 then cast(deaths as decimal(18, 6)) end) as double) as deaths,
        cast(sum(case when n > 0 then cast(n as decimal(18, 6)) end) as double) as people,
        count(case when n > 0 then 1 end) as zones, count(*) as n
    from death group by year
),
ranged as (
    select *,
        deaths * power(1 - 1 / (9 * greatest(deaths, 0.1)) - 1.96 / (3 * sqrt(greatest(deaths, 0.1))), 3) as low,
        (deaths + 1) * power(1 - 1 / (9 * (deaths + 1)) + 1.96 / (3 * sqrt(deaths + 1)), 3) as high
    from total
)
select year, ts, deaths, people, zones, n, 100000.0 * deaths / nullif(people, 0) as rate,
    100000.0 * greatest(0.0, low) / nullif(people, 0) as lo, 100000.0 * high / nullif(people, 0) as hi,
    greatest(0.0, low) as low, high
from ranged order by year
