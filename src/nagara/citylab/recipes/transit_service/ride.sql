-- Trips that can be counted: they have stop times with a time at both ends.
-- `falls` tells trips whose last time lies before the first: past midnight, written as if before it.
-- in: trip, ends, frequency   out: one row a trip
select
    t.feed_id, t.trip_id, t.route_id, t.service_id, t.direction_id, t.metres,
    e.n_calls, e.n_timed, e.min_seq, e.max_seq, e.first_s, e.last_s,
    e.last_s < e.first_s as falls,
    f.trip_id is not null as repeats
from trip as t
join ends as e on e.feed_id = t.feed_id and e.trip_id = t.trip_id
left join (select distinct feed_id, trip_id from frequency) as f
    on f.feed_id = t.feed_id and f.trip_id = t.trip_id
where e.first_s is not null and e.last_s is not null and e.n_calls > 1
