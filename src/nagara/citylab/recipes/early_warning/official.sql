-- How often each level was read under each official state of the same thing.
-- in: observation, datastream, reading, stream   out: datastream_id, state, value, n
select r.datastream_id, a.value as state, r.value, count(*) as n
from observation as a
join datastream as d on d.datastream_id = a.datastream_id and d.property = $state_property
join stream as s on s.thing_id = d.thing_id
join reading as r on r.datastream_id = s.datastream_id and r.ts = a.ts
where a.value is not null
group by 1, 2, 3
