-- First and last stop of the trips on routes that have frequencies: to find trips said twice.
-- in: ride, stop_time   out: feed_id, trip_id, first_stop, last_stop
with near as (
    select feed_id, trip_id, min_seq, max_seq from ride
    where exists (
        select 1 from ride as p
        where p.repeats and p.feed_id = ride.feed_id
            and coalesce(p.route_id, '') = coalesce(ride.route_id, '')
    )
)
select n.feed_id, n.trip_id,
    max(case when s.seq = n.min_seq then s.stop_id end) as first_stop,
    max(case when s.seq = n.max_seq then s.stop_id end) as last_stop
from near as n
join stop_time as s
    on s.feed_id = n.feed_id and s.trip_id = n.trip_id and (s.seq = n.min_seq or s.seq = n.max_seq)
group by n.feed_id, n.trip_id
