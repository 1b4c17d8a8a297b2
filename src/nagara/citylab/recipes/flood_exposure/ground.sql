-- Each unit of the map (the city, and every zone above) with the marked zones in it.
-- in: above, flooded, people   out: unit_kind, unit_id, and sums
select a.unit_kind, a.unit_id, min(f.ts) as ts,
    count(*) as zones,
    count(case when f.state = 'yes' then 1 end) as zones_yes,
    count(case when f.state = 'unknown' then 1 end) as zones_unknown,
    count(case when f.state = 'yes' and p.n is null then 1 end) as zones_bare,
    cast(sum(cast(p.km2 as decimal(18, 6))) as double) as km2,
    cast(sum(case when f.state = 'yes' then cast(p.km2 as decimal(18, 6)) else 0 end) as double) as km2_yes,
    cast(sum(case when f.state = 'unknown' then cast(p.km2 as decimal(18, 6)) else 0 end) as double) as km2_unknown,
    cast(sum(case when f.state <> 'no' and p.n is not null and f.state = 'yes'
        then cast(p.km2 as decimal(18, 6)) else 0 end) as double) as km2_known,
    cast(sum(cast(coalesce(p.n, 0) as decimal(18, 6))) as double) as people,
    cast(sum(case when f.state = 'yes' then cast(coalesce(p.n, 0) as decimal(18, 6)) else 0 end) as double) as n,
    cast(sum(case when f.state = 'yes' then cast(coalesce(p.lo, 0) as decimal(18, 6)) else 0 end) as double) as lo,
    cast(sum(case when f.state = 'no' then 0
        else cast(coalesce(p.hi, p.guess, 0) as decimal(18, 6)) end) as double) as hi,
    count(p.n) as counted
from above as a
join flooded as f on f.zone_id = a.zone_id
join people as p on p.zone_id = a.zone_id
group by 1, 2
