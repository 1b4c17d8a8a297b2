-- Deaths by zone and local year, counted or from a rate, with the people who live there.
-- A city that gives both counts and rates: counts.
-- in: zone_value, clock, people   out: zone_id, year, ts, deaths, n, from_rate
with v as (
    select z.zone_id, z.ts, z.value, z.property,
        cast(extract(year from make_timestamp(epoch_us(z.ts) + c.offset_s * 1000000)) as integer) as year,
        case when z.unit in ('10*-5', '/100000', '1/100000') or z.property = 'traffic_death_rate' then 1 else 0 end as from_rate
    from zone_value as z
    left join clock as c on z.ts >= c.start_ts and z.ts < c.end_ts
    where z.property in ('traffic_deaths', 'traffic_death_rate', 'road_deaths') and z.value is not null
        and z.value >= 0 and coalesce(z.quality, 2) not in (4, 9)
),
kind as (
    select min(from_rate) as from_rate from v
)
select v.zone_id, v.year, min(v.ts) as ts, max(p.n) as n, max(v.from_rate) as from_rate,
    cast(sum(cast(case when v.from_rate = 1 then v.value * p.n / 100000.0 else v.value end as decimal(18, 6))) as double)
        as deaths
from v
join kind as k on k.from_rate = v.from_rate
left join people as p on p.unit_kind = 'zone' and p.unit_id = v.zone_id
group by v.zone_id, v.year
