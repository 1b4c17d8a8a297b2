-- The busiest stops hour by hour: departures, and the gap before each of them.
-- in: departure, stop_service   out: one row a stop and hour
with busiest as (
    select feed_id, stop_id, row_number() over (order by departures desc, feed_id, stop_id) as place
    from stop_service
),
gap as (
    select d.feed_id, d.stop_id, d.s, d.n,
        d.s - lag(d.s) over (partition by d.feed_id, d.stop_id order by d.s) as gap_s
    from departure as d
    join busiest as b on b.feed_id = d.feed_id and b.stop_id = d.stop_id
    where d.n > 0 and b.place <= $hourly_stops
)
select g.feed_id, g.stop_id, cast(floor(g.s / 3600.0) as integer) as hour, cast(sum(g.n) as bigint) as departures,
    median(g.gap_s) as headway_s, min(g.gap_s) as shortest_s, max(g.gap_s) as longest_s
from gap as g
group by g.feed_id, g.stop_id, cast(floor(g.s / 3600.0) as integer)
