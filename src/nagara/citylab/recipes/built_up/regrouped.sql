-- Areas by the two uses that are asked for, and the reach of the map.
-- in: area   out: category, geom_wkb
select case when category in ('residential', 'commercial', 'industrial', 'built_up') then 'built'
        when category = 'public_space' then 'open' else category end as category, geom_wkb
from area
where category in ('residential', 'commercial', 'industrial', 'built_up', 'public_space', 'map_extent')
