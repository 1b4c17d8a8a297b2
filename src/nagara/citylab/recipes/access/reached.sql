-- One row a node and indicator: the way as a share of the longest way that counts.
-- in: walk, spot   out: node_id, h3, zone_id, people, indicator, low, reached, high, certain
with asked as (
    select 'I02' as indicator, 'stop' as service, $stop_m as limit_m
    union all select 'I02', 'large_stop', $large_stop_m
    union all select 'I13', 'green', $green_m
    union all select 'I19', 'health', $health_m
    union all select 'I20', 'school', $school_m
),
way as (
    select w.node_id, a.indicator, min(w.metres / a.limit_m) as part, min(w.border_m / a.limit_m) as border
    from walk as w
    join asked as a on a.service = w.service
    where a.limit_m > 0
    group by 1, 2
)
select s.node_id, s.h3, s.zone_id, s.people, way.indicator,
    case when way.part <= 1 - $band then 1 else 0 end as low,
    case when way.part <= 1 then 1 else 0 end as reached,
    case when way.part <= 1 + $band then 1 else 0 end as high,
    case when way.part <= 1 then 1 when way.border <= 1 then 0 else 1 end as certain
from way
join spot as s on s.node_id = way.node_id
