-- Every number with its range, count, coverage and the reason that limits it.
-- in: unit, spot, people, service, green   out: result rows
with asked as (
    select 'food' as service union all select 'health' union all select 'education' union all select 'green'
    union all select 'transit' union all select 'culture' union all select 'sport' union all select 'services'
),
known as (
    select service from service union select service from green
),
missing as (
    select count(*) as n,
        max(case when a.service = 'food' then 'food ' else '' end)
        || max(case when a.service = 'health' then 'health ' else '' end)
        || max(case when a.service = 'education' then 'education ' else '' end)
        || max(case when a.service = 'green' then 'green ' else '' end)
        || max(case when a.service = 'transit' then 'transit ' else '' end)
        || max(case when a.service = 'culture' then 'culture ' else '' end)
        || max(case when a.service = 'sport' then 'sport ' else '' end)
        || max(case when a.service = 'services' then 'services ' else '' end) as names
    from asked as a
    left join known as k on k.service = a.service
    where k.service is null
),
placed as (
    select
        cast(sum(case when node_id is not null then cast(people as decimal(18, 6)) else 0 end) as double) as here,
        cast(sum(cast(people as decimal(18, 6))) as double) as whole,
        (select count(*) from people) as counted
    from spot
),
why as (
    select m.n as n_missing, p.counted,
        case when p.whole > 0 then p.here / p.whole else 0.0 end as share_placed,
        case when p.counted = 0 then 'no population: share of street nodes. ' else '' end
            || case when m.n > 0 then 'no place in the data for: ' || trim(m.names)
                || ' (low end: none, high end: all within reach). ' else '' end
            || case when p.counted > 0 and p.here < 0.95 * p.whole
                then 'many people live where no street is mapped. ' else '' end as limits
    from missing as m cross join placed as p
),
score as (
    select unit_kind, unit_id, max(people) as people, max(n) as n, count(*) as n_services,
        cast(sum(cast(slow as decimal(18, 6))) as double) as slow,
        cast(sum(cast(usual as decimal(18, 6))) as double) as usual,
        cast(sum(cast(fast as decimal(18, 6))) as double) as fast,
        cast(sum(cast(certain as decimal(18, 6))) as double) as certain
    from unit group by 1, 2
),
answer as (
    select s.unit_kind, s.unit_id, 'I21' as indicator,
        case when s.n_services >= $least_services then s.usual / nullif(8.0 * s.people, 0) end as value,
        case when s.n_services >= $least_services then s.slow / nullif(8.0 * s.people, 0) end as lo,
        case when s.n_services >= $least_services
            then (s.fast + w.n_missing * s.people) / nullif(8.0 * s.people, 0) end as hi,
        s.people, s.n, s.certain / nullif(s.n_services * s.people, 0) * w.share_placed as coverage,
        w.counted, case when s.n_services < $least_services
            then 'too few kinds of service in the data. ' else '' end || w.limits as limits
    from score as s cross join why as w
    union all
    select u.unit_kind, u.unit_id, 'fifteen_' || u.service,
        100.0 * u.usual / nullif(u.people, 0), 100.0 * u.slow / nullif(u.people, 0), 100.0 * u.fast / nullif(u.people, 0),
        u.people, u.n, u.certain / nullif(u.people, 0) * w.share_placed, w.counted,
        case when w.counted = 0 then 'no population: share of street nodes. ' else '' end
    from unit as u cross join why as w
    where u.unit_kind <> 'cell'
    union all
    select 'city', c.unit_id, 'fifteen_' || a.service, cast(null as double), cast(null as double),
        cast(null as double), 0, 0, 0.0, w.counted, 'no place of this kind in the data'
    from asked as a
    left join known as k on k.service = a.service
    cross join (select distinct unit_id from unit where unit_kind = 'city') as c
    cross join why as w
    where k.service is null
)
select unit_kind, unit_id, cast(null as timestamp) as ts, indicator, value,
    least(lo, value) as lo, greatest(hi, value) as hi,
    case when counted > 0 then cast(round(people) as bigint) else n end as n,
    least(1.0, coverage) as coverage,
    case when value is null then 'not reported' else 'estimate' end as quality,
    case when coverage < 0.9 and value is not null
        then limits || 'some walks lead out of the data: what lies there is not known'
        when limits <> '' then trim(limits) end as reason
from answer
