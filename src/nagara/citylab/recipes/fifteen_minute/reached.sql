-- One row a node and service: reached by a slow, usual and fast walker, and whether the answer is certain.
-- A service that is not reached is certain only where the walk does not lead out of the data.
-- in: walk, spot   out: node_id, h3, zone_id, people, service, slow, usual, fast, certain
select s.node_id, s.h3, s.zone_id, s.people, w.service,
    case when w.metres <= $slow_kmh * $minutes * 1000 / 60 then 1 else 0 end as slow,
    case when w.metres <= $usual_kmh * $minutes * 1000 / 60 then 1 else 0 end as usual,
    case when w.metres <= $fast_kmh * $minutes * 1000 / 60 then 1 else 0 end as fast,
    case when w.metres <= $usual_kmh * $minutes * 1000 / 60 then 1
        when w.border_m <= $usual_kmh * $minutes * 1000 / 60 then 0 else 1 end as certain
from walk as w
join spot as s on s.node_id = w.node_id
