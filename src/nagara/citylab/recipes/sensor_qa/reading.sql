-- The rows of one part, for the kernel that judges them datastream by datastream.
-- in: observation, span, and low_id, high_id of a row of part   out: k, ts, value, quality
select s.k, o.ts, o.value, o.quality
from observation as o
join span as s on s.datastream_id = o.datastream_id
where o.datastream_id between $low_id and $high_id
