-- in: death, shown, city   out: result rows
with here as (
    select coalesce((select min(city_id) from city), 'city') as city_id
),
z as (
    select *,
        deaths * power(1 - 1 / (9 * greatest(deaths, 0.1)) - 1.96 / (3 * sqrt(greatest(deaths, 0.1))), 3) as low,
        (deaths + 1) * power(1 - 1 / (9 * (deaths + 1)) + 1.96 / (3 * sqrt(deaths + 1)), 3) as high
    from death
)
select 'city' as unit_kind, h.city_id as unit_id, s.ts, 'I28' as indicator, s.rate as value, s.lo, s.hi,
    cast(round(coalesce(s.deaths, 0)) as bigint) as n, 1.0 * s.zones / nullif(s.n, 0) as coverage,
    case when s.rate is null then 'not reported' else 'estimate' end as quality,
    case when s.rate is null then 'no people are known in the zones that report'
        else 'all deaths over all people of the zones that report' end as reason
from shown as s cross join here as h
union all
select 'city', h.city_id, s.ts, 'road_deaths', s.deaths, s.low, s.high, cast(round(coalesce(s.deaths, 0)) as bigint),
    1.0 * s.zones / nullif(s.n, 0), case when s.deaths is null then 'not reported' else 'estimate' end, cast(null as varchar)
from shown as s cross join here as h
union all
select 'zone', zone_id, ts, 'I28', 100000.0 * deaths / nullif(n, 0),
    100000.0 * greatest(0.0, low) / nullif(n, 0), 100000.0 * high / nullif(n, 0),
    cast(round(coalesce(deaths, 0)) as bigint), 1.0,
    case when n > 0 then 'estimate' else 'not reported' end,
    case when n > 0 then cast(null as varchar) else 'no people are known there' end
from z
