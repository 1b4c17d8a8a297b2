-- in: summary, lisa, measured, city   out: result rows
select 'city' as unit_kind, coalesce((select min(city_id) from city), 'city') as unit_id,
    cast(null as timestamp) as ts, indicator, value, lo, hi, n, coverage,
    case when value is null then 'not reported' else 'estimate' end as quality, reason
from summary
union all
select 'zone', m.zone_id, cast(null as timestamp), 'measure', m.value, m.value, m.value,
    cast(floor(m.people) as bigint), case when m.value is null then 0.0 else 1.0 end, 'estimate',
    case when m.value is null then 'what the measure needs is not known here' end
from measured as m
union all
select 'zone', l.zone_id, cast(null as timestamp), 'lisa', l.local_i, l.lo, l.hi, l.n, 1.0, 'estimate',
    l.cluster || ', p ' || cast(cast(l.p as decimal(6, 4)) as varchar)
from lisa as l
