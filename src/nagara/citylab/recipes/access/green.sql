-- Green areas that are large enough to be a destination.
-- in: area   out: service, geom_wkb
select 'green' as service, geom_wkb
from area
where category = 'green' and m2 >= $green_ha * 10000 and geom_wkb is not null
order by area_id
