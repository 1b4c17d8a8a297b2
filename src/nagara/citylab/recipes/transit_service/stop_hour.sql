-- The busiest stops hour by hour: departures, and the gap before each of them.
-- in: departure, stop_service   out: one row a stop and hour
with gap as (
    select feed_id, stop_id, s, n, s - lag(s) over (partition by feed_id, stop_id order by s) as gap_s
    from departure
    where n > 0
),
busiest as (
    select feed_id, stop_id, row_number() over (order by departures desc, feed_id, stop_id) as place
    from stop_service
)
select g.feed_id, g.stop_id, cast(floor(g.s / 3600.0) as integer) as hour, cast(sum(g.n) as bigint) as departures,
    median(g.gap_s) as headway_s, min(g.gap_s) as shortest_s, max(g.gap_s) as longest_s
from gap as g
join busiest as b on b.feed_id = g.feed_id and b.stop_id = g.stop_id
where b.place <= $hourly_stops
group by g.feed_id, g.stop_id, cast(floor(g.s / 3600.0) as integer)
