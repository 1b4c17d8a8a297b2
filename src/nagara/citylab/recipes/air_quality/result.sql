-- in: year, city   out: result rows
with here as (select coalesce((select min(city_id) from city), 'city') as city_id),
y as (
    select year.*, make_timestamp(epoch_us(cast(cast(year as varchar) || '-01-01' as timestamp))) as ts,
        case
            when unit is null or unit <> 'ug/m3' then 'the unit is ' || coalesce(unit, 'not given') || ', not ug/m3'
            when coverage < $least_share then 'too few hours of the year came'
        end as why
    from year
)
select 'thing' as unit_kind, thing_id as unit_id, ts, 'I14' as indicator,
    case when why is null then mean end as value,
    case when why is null then least(mean, coverage * mean + (1 - coverage) * low) end as lo,
    case when why is null then greatest(mean, coverage * mean + (1 - coverage) * high) end as hi,
    hours as n, coverage, case when why is null then 'verified' else 'not reported' end as quality, why as reason
from y
union all
select 'thing', thing_id, ts, 'I15', case when why is null then above end, case when why is null then above end,
    case when why is null then above + due_days - days end, days, 1.0 * days / nullif(due_days, 0),
    case when why is null then 'verified' else 'not reported' end, coalesce(why, 'the high end counts days without data')
from y
union all
select 'city', h.city_id, m.ts, 'I14', m.mean, least(m.lo, m.mean), greatest(m.hi, m.mean), m.n, m.coverage, 'estimate',
    'mean of the stations, not weighted by people; low and high: the cleanest and the dirtiest station'
from (
    select ts, cast(sum(cast(mean as decimal(18, 6))) as double) / nullif(count(*), 0) as mean,
        min(mean) as lo, max(mean) as hi, count(*) as n, min(coverage) as coverage
    from y where why is null group by 1
) as m cross join here as h
union all
select 'city', h.city_id, cast(null as timestamp), 'I14', cast(null as double), cast(null as double),
    cast(null as double), 0, 0.0, 'not reported', 'no station-year in ug/m3 has enough hours'
from here as h where (select count(*) from y where why is null) = 0
