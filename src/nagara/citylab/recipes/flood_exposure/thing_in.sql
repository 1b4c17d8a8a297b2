-- Places and stops by unit: how many, how many in flooded zones, how many where the flag is unknown.
-- in: above, located, flooded   out: unit_kind, unit_id, kind, category, n, n_yes, n_unknown
select a.unit_kind, a.unit_id, l.kind, l.category, count(*) as n,
    count(case when f.state = 'yes' then 1 end) as n_yes,
    count(case when f.state = 'unknown' then 1 end) as n_unknown
from located as l
join above as a on a.zone_id = l.zone_id
join flooded as f on f.zone_id = l.zone_id
group by 1, 2, 3, 4
