-- Points by unit: all of a kind, and each category. Units without a point count nought for the kind.
-- in: placed, unit   out: unit_kind, unit_id, kind, category, n, authors
with kinds as (
    select distinct kind from placed
),
everywhere as (
    select distinct unit_kind, unit_id from unit
)
select e.unit_kind, e.unit_id, k.kind, '' as category, coalesce(t.n, 0) as n, coalesce(t.authors, 0) as authors
from everywhere as e
cross join kinds as k
left join (
    select u.unit_kind, u.unit_id, p.kind, count(*) as n, count(distinct p.author) as authors
    from placed as p join unit as u on u.zone_id = p.zone_id
    group by 1, 2, 3
) as t on t.unit_kind = e.unit_kind and t.unit_id = e.unit_id and t.kind = k.kind
union all
select u.unit_kind, u.unit_id, p.kind, p.category, count(*), count(distinct p.author)
from placed as p join unit as u on u.zone_id = p.zone_id
group by 1, 2, 3, 4
