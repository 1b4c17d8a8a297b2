-- in: counted, request, people, zone, city   out: result rows
with span as (
    select min(ts) as first_ts, (epoch_us(max(ts)) - epoch_us(min(ts))) / 86400000000.0 as days from request
),
lived as (
    select z.level, sum(cast(p.n as decimal(18, 6))) as n
    from people as p join (select zone_id, min(level) as level from zone group by zone_id) as z on z.zone_id = p.unit_id
    where p.unit_kind = 'zone' group by z.level
),
everyone as (
    select cast(coalesce((select sum(cast(n as decimal(18, 6))) from people where unit_kind = 'cell'), (
        select n from lived where level = (select max(level) from lived))) as double) as n
),
ready as (
    select c.*, s.first_ts, s.days, c.authors < $least_authors as few,
        case when c.unit_kind = 'city' then e.n else p.n end as people,
        'fewer than ' || cast($least_authors as varchar) || ' people stand behind it' as hidden
    from counted as c cross join span as s cross join everyone as e
    left join people as p on c.unit_kind = 'zone' and p.unit_kind = 'zone' and p.unit_id = c.unit_id
)
select unit_kind, unit_id, first_ts as ts, 'I24' as indicator,
    case when not few then 1000.0 * n / nullif(people, 0) end as value,
    case when not few then 1000.0 * n / nullif(people, 0) end as lo,
    case when not few then 1000.0 * n / nullif(people, 0) end as hi,
    case when not few then n end as n, 1.0 as coverage,
    case when few or people is null then 'not reported' else 'verified' end as quality,
    case when few then hidden when people is null then 'no people are known here'
        when days is null then 'the reports have no date'
        else 'over ' || cast(cast(ceil(days) as bigint) as varchar) || ' days' end as reason
from ready where category = ''
union all
select unit_kind, unit_id, first_ts, 'I24_hours', case when not few then median_h end, case when not few then low_h end,
    case when not few then high_h end, case when not few then closed end, 1.0 * known / nullif(n, 0),
    case when few or median_h is null then 'not reported' else 'verified' end,
    case when few then hidden when known = 0 then 'no request says when it was closed'
        when median_h is null then 'none was closed' else 'low and high: the middle half of the closed requests' end
from ready where category = '' and (unit_kind = 'city' or known > 0)
union all
select unit_kind, unit_id, first_ts, 'I24_in_target', case when not few then 100.0 * in_target / nullif(known, 0) end,
    case when not few then 100.0 * in_target / nullif(known, 0) end, case when not few then 100.0 * in_target / nullif(known, 0) end,
    case when not few then known end, 1.0 * known / nullif(n, 0),
    case when few or known = 0 then 'not reported' else 'verified' end,
    case when few then hidden when known = 0 then 'no request says when it was closed'
        else 'within ' || cast(cast($target as decimal(18, 1)) as varchar) || ' hours; those still open count as not closed' end
from ready where category = '' and (unit_kind = 'city' or known > 0)
union all
select unit_kind, unit_id, first_ts, 'requests' || case when category = '' then '' else '_' || category end,
    case when not few then 1.0 * n end, case when not few then 1.0 * n end, case when not few then 1.0 * n end,
    case when not few then n end, 1.0, case when few then 'not reported' else 'verified' end,
    case when few then hidden end
from ready
union all
select unit_kind, unit_id, first_ts, 'wait_' || category, median_h, low_h, high_h, closed, 1.0 * known / nullif(n, 0),
    'verified', 'low and high: the middle half of the closed requests'
from ready where category <> '' and not few and median_h is not null
