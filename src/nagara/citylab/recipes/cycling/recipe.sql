-- Both indicators with range, count, coverage and reason.
-- in: length, people, city   out: result rows
with total as (
    select cast(sum(cast(cycle_km as decimal(18, 6))) as double) as cycle_km,
        cast(sum(cast(centre_km as decimal(18, 6))) as double) as centre_km,
        cast(sum(cast(main_km as decimal(18, 6))) as double) as main_km,
        cast(sum(cast(n as bigint)) as bigint) as n
    from length
),
known as (
    select t.*, p.n as people, coalesce((select min(city_id) from city), 'city') as city_id,
        case when t.cycle_km = 0 then 'no track or lane is mapped: perhaps nobody drew them'
            else 'as far as the map shows lanes; low end: both sides counted once' end as why
    from total as t cross join people as p
)
select 'city' as unit_kind, city_id as unit_id, cast(null as timestamp) as ts, 'I07' as indicator,
    100000.0 * cycle_km / nullif(people, 0) as value, 100000.0 * centre_km / nullif(people, 0) as lo,
    100000.0 * cycle_km / nullif(people, 0) as hi, n, 1.0 as coverage,
    case when people > 0 then 'estimate' else 'not reported' end as quality,
    case when people > 0 then why
        else 'no population in the data' end as reason
from known
union all
select 'city', city_id, cast(null as timestamp), 'I08',
    cycle_km / nullif(main_km, 0), centre_km / nullif(main_km, 0), cycle_km / nullif(main_km, 0), n, 1.0,
    case when main_km > 0 then 'estimate' else 'not reported' end,
    case when main_km > 0 then why
        else 'no main road in the data' end
from known
union all
select 'city', city_id, cast(null as timestamp), 'cycle_length', cycle_km, centre_km, cycle_km, n, 1.0,
    'estimate', why
from known
