-- How much of each cell lies in each zone of the finest level that has cells. in: cell   out: h3, zone_id, part
select c.h3, c.zone_id, max(coalesce(c.land_share, 1.0)) as part
from cell as c
where c.level = (select max(level) from cell)
group by c.h3, c.zone_id
