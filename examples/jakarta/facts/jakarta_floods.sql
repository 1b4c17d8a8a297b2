-- Hourly maps of flooded areas: how many files, and the one with most areas.
with map as (
    select file, count as areas from finding where source_id = 'flood-areas' and rule = 'rows-read'
)
select
    count(*) as files,
    (select json_array(areas, file) from map order by areas desc, file limit 1) as max_areas
from map
