-- Every share with its range, count, coverage and the reason that limits it.
-- in: unit, spot, people, stop, city   out: result rows
with placed as (
    select
        cast(sum(case when node_id is not null then cast(people as decimal(18, 6)) else 0 end) as double) as here,
        cast(sum(cast(people as decimal(18, 6))) as double) as whole,
        (select count(*) from people) as counted
    from spot
),
asked as (
    select 'I02' as indicator, 'no stop in the data' as gone,
        case when (select count(*) from stop) = 0 then 'stops as drawn on the map. ' else '' end as about
    union all select 'I13', 'no green area of that size in the data', ''
    union all select 'I19', 'no hospital or clinic in the data', ''
    union all select 'I20', 'no school in the data', 'schools of every kind: the data do not tell primary ones apart. '
),
answer as (
    select u.unit_kind, u.unit_id, u.indicator,
        100.0 * u.reached / nullif(u.people, 0) as value, 100.0 * u.low / nullif(u.people, 0) as lo, 100.0 * u.high / nullif(u.people, 0) as hi,
        case when p.counted > 0 then cast(round(u.people) as bigint) else u.n end as n,
        least(1.0, u.certain / nullif(u.people, 0) * case when p.whole > 0 then p.here / p.whole else 0.0 end) as coverage,
        case when p.counted = 0 then 'no population: share of street nodes. ' else '' end
            || case when p.counted > 0 and p.here < 0.95 * p.whole
                then 'many people live where no street is mapped. ' else '' end
            || a.about as limits
    from unit as u
    join asked as a on a.indicator = u.indicator
    cross join placed as p
    union all
    select 'city', coalesce((select min(city_id) from city), 'city'), a.indicator,
        cast(null as double), cast(null as double), cast(null as double), 0, 0.0, a.gone
    from asked as a
    left join (select distinct indicator from unit) as u on u.indicator = a.indicator
    where u.indicator is null
)
select unit_kind, unit_id, cast(null as timestamp) as ts, indicator, value, lo, hi, n, coverage,
    case when value is null then 'not reported' else 'estimate' end as quality,
    case when coverage < 0.9 and value is not null
        then limits || 'some walks lead out of the data: what lies there is not known'
        when limits <> '' then trim(limits) end as reason
from answer
