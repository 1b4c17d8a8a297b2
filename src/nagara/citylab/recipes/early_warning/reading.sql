-- Readings with the one before and the one after; twice the same time counts once (its highest value).
-- in: observation, stream   out: datastream_id, ts, value, p_ts, p_value, n_ts
select datastream_id, ts, value,
    lag(ts) over t as p_ts, lag(value) over t as p_value, lead(ts) over t as n_ts
from (
    select o.datastream_id, o.ts, max(o.value) as value
    from observation as o
    join stream as s on s.datastream_id = o.datastream_id
    where o.value is not null and o.quality not in (4, 9)
        and ($since is null or o.ts >= cast($since as timestamp))
        and ($until is null or o.ts < cast($until as timestamp) + interval 1 day)
    group by 1, 2
) as o
window t as (partition by datastream_id order by ts)
