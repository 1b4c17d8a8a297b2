-- The datastreams to watch: not the states (alert_level), of the wanted property or of all.
-- in: datastream   out: datastream_id, thing_id, property, unit
select datastream_id, min(thing_id) as thing_id, min(property) as property, min(unit) as unit
from datastream
where property <> $state_property and ($property is null or property = $property)
group by 1
