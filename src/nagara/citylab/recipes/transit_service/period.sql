-- Periods that repeat a trip at a headway: how many departures, and whether written-out trips of the same
-- route, service and stops start within it (`said`): then both say the same and one of them counts.
-- in: frequency, ride, pattern   out: one row a period
with written as (
    select r.feed_id, r.route_id, r.service_id, r.n_calls, r.first_s, p.first_stop, p.last_stop
    from ride as r
    join pattern as p on p.feed_id = r.feed_id and p.trip_id = r.trip_id
    where not r.repeats
)
select
    f.feed_id, f.trip_id, f.start_s, f.end_s, f.headway_s, coalesce(f.exact, false) as exact,
    cast(ceil(1.0 * (f.end_s - f.start_s) / nullif(f.headway_s, 0)) as bigint) as n_runs,
    exists (
        select 1 from written as w
        where w.feed_id = f.feed_id and coalesce(w.route_id, '') = coalesce(r.route_id, '')
            and coalesce(w.service_id, '') = coalesce(r.service_id, '') and w.n_calls = r.n_calls
            and w.first_stop = p.first_stop and w.last_stop = p.last_stop
            and w.first_s >= f.start_s and w.first_s < f.end_s
    ) as said
from frequency as f
join ride as r on r.feed_id = f.feed_id and r.trip_id = f.trip_id
join pattern as p on p.feed_id = f.feed_id and p.trip_id = f.trip_id
where f.headway_s > 0 and f.end_s > f.start_s
