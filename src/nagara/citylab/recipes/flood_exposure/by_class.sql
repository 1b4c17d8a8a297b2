-- People, area and zones by class of depth.
-- in: flooded, people   out: class, label, depth_lo_cm, zones, km2, people, people_lo, people_hi
select f.class, f.label, f.depth_lo_cm, count(*) as zones,
    cast(sum(cast(p.km2 as decimal(18, 6))) as double) as km2,
    cast(sum(cast(p.n as decimal(18, 6))) as double) as people,
    cast(sum(cast(p.lo as decimal(18, 6))) as double) as people_lo,
    cast(sum(cast(p.hi as decimal(18, 6))) as double) as people_hi,
    cast(sum(cast(p.guess as decimal(18, 6))) as double) as guess,
    count(p.n) as with_people
from flooded as f
join people as p on p.zone_id = f.zone_id
where f.state = 'yes'
group by 1, 2, 3
