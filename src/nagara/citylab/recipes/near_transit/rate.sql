-- Departures by stop between the hours asked for, on that weekday. A trip with a headway counts each departure.
-- in: stop_time, trip, service_day, frequency, day   out: feed_id, stop_id, departures
with running as (
    select distinct t.feed_id, t.trip_id
    from trip as t
    join service_day as s on s.feed_id = t.feed_id and s.service_id = t.service_id
    join day as d on d.day = s.day
),
calls as (
    select c.feed_id, c.trip_id, c.stop_id, coalesce(c.dep_s, c.arr_s) as at_s
    from stop_time as c
    join running as r on r.feed_id = c.feed_id and r.trip_id = c.trip_id
    where coalesce(c.dep_s, c.arr_s) is not null
),
first as (select feed_id, trip_id, min(at_s) as first_s from calls group by 1, 2),
repeated as (
    select c.feed_id, c.stop_id, f.headway_s, f.start_s + c.at_s - b.first_s as begin_s,
        ceil((f.end_s - f.start_s) / (1.0 * nullif(f.headway_s, 0))) as runs
    from calls as c
    join first as b on b.feed_id = c.feed_id and b.trip_id = c.trip_id
    join frequency as f on f.feed_id = c.feed_id and f.trip_id = c.trip_id
    where f.headway_s > 0
),
counted as (
    select c.feed_id, c.stop_id,
        case when c.at_s >= $from_hour * 3600 and c.at_s < $to_hour * 3600 then 1 else 0 end as n
    from calls as c
    left join (select distinct feed_id, trip_id from frequency where headway_s > 0) as f
        on f.feed_id = c.feed_id and f.trip_id = c.trip_id
    where f.trip_id is null
    union all
    select feed_id, stop_id,
        cast(floor(greatest(0.0,
            least(runs, ceil(($to_hour * 3600 - begin_s) / (1.0 * nullif(headway_s, 0))))
                - greatest(0.0, ceil(($from_hour * 3600 - begin_s) / (1.0 * nullif(headway_s, 0)))))) as bigint)
    from repeated
)
select feed_id, stop_id, cast(sum(cast(n as bigint)) as bigint) as departures
from counted
group by 1, 2
