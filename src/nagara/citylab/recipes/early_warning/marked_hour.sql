-- How many zones were officially marked at each time.
-- in: zone_value   out: ts, n
select ts, count(distinct case when value > 0 then zone_id end) as n
from zone_value
where property = $marked_property and ts is not null
group by 1
