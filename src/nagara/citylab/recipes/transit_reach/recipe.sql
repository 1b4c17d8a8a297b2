-- in: reach, mean, city, halt   out: result rows
with here as (select coalesce((select min(city_id) from city), 'city') as city_id),
why as (
    select case when max(streets) = 0 then 'walks are straight lines times a detour factor' end as walks
    from reach
)
select 'cell' as unit_kind, cast(r.h3 as varchar) as unit_id, cast(null as timestamp) as ts,
    'reach_' || r.what || '_' || cast(r.minutes as varchar) as indicator,
    r.value, r.lo, r.hi, cast($window as bigint) as n, r.located as coverage, 'estimate' as quality, w.walks as reason
from reach as r cross join why as w
where r.what <> 'travel'
union all
select 'cell', cast(r.h3 as varchar), cast(null as timestamp), 'reach_minutes', r.value, r.lo, r.hi,
    cast($window as bigint), r.located, 'estimate',
    case when r.hi is null then 'on unlucky minutes it takes longer than was asked for' else w.walks end
from reach as r cross join why as w
where r.what = 'travel'
union all
select m.unit_kind, m.unit_id, cast(null as timestamp), 'reach_' || m.what || '_' || cast(m.minutes as varchar),
    m.value, m.lo, m.hi, m.asked, m.located * case when m.unit_kind = 'city' then least(1.0, m.asked / nullif(1.0 * m.cells, 0)) else 1.0 end,
    'estimate',
    case when m.unit_kind = 'city' and m.asked < m.cells then 'a sample of ' || cast(m.asked as varchar) || ' of '
        || cast(m.cells as varchar) || ' cells. ' else '' end
        || case when m.most_people > 0 then 'mean over the people who live there' else 'no population: mean over cells' end
from mean as m
union all
select 'city', m.unit_id, cast(null as timestamp), 'reach_share_' || cast(m.minutes as varchar),
    100 * m.value / nullif(m.whole, 0), 100 * m.lo / nullif(m.whole, 0), 100 * m.hi / nullif(m.whole, 0),
    m.asked, m.located * least(1.0, m.asked / nullif(1.0 * m.cells, 0)), 'estimate',
    'share of all people that the mean person can reach'
from mean as m where m.unit_kind = 'city' and m.what = 'people'
union all
select 'city', h.city_id, cast(null as timestamp), 'reach_stops_' || cast($minutes as varchar), cast(null as double),
    cast(null as double), cast(null as double), 0, 0.0, 'not reported', 'nothing runs in the hours asked for'
from here as h where (select count(*) from halt) = 0
union all
select 'city', h.city_id, cast(null as timestamp), 'reach_people_' || cast($minutes as varchar), cast(null as double),
    cast(null as double), cast(null as double), 0, 0.0, 'not reported',
    'no population by cell, or by zone with its cells: import population'
from here as h
where coalesce($origin, '') = '' and (select count(*) from reach where what = 'people') = 0
    and (select count(*) from halt) > 0
