-- in: counted, placed, unit   out: result rows
with here as (select min(unit_id) as city_id from unit where unit_kind = 'city'),
total as (
    select kind, count(*) as n, count(zone_id) as inside from placed group by kind
),
shown as (
    select c.*, c.kind = 'post' and c.n > 0 and c.authors < $least_authors as few from counted as c
)
select s.unit_kind, s.unit_id,
    cast(null as timestamp) as ts, s.kind || 's' || case when s.category = '' then '' else '_' || s.category end
    as indicator,
    case when not s.few then s.n end as value, case when not s.few then s.n end as lo,
    case
        when s.few then cast(null as bigint)
        when s.unit_kind = 'city' and s.category = '' then t.n
        else s.n
    end as hi,
    case when not s.few then s.n end as n,
    case when s.unit_kind = 'city' then 1.0 * t.inside / nullif(t.n, 0) else 1.0 end as coverage,
    case when s.few then 'not reported' else 'verified' end as quality,
    case when s.few then 'fewer than ' || cast($least_authors as varchar) || ' authors' end as reason
from shown as s
join total as t on t.kind = s.kind
union all
select 'city', h.city_id, cast(null as timestamp), t.kind || 's_outside', t.n - t.inside, t.n - t.inside,
    t.n - t.inside, t.n, 1.0, 'verified', 'in no zone, or without a known place'
from total as t cross join here as h
