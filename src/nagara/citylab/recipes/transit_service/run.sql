-- One row a vehicle run on the day: written-out trips once, trips with a headway once a departure.
-- `shift_s` moves the pattern's times to the run's; `late_s` is the day that a falling time lost.
-- `spare`: the last departure of a period that its headway does not divide: perhaps it does not run.
-- in: ride, period, number, active   out: one row a run
with here as (
    select r.*, case when r.falls then 86400 else 0 end as late_s
    from ride as r
    join active as s on s.feed_id = r.feed_id and s.service_id = r.service_id
),
made as (
    select feed_id, trip_id, route_id, direction_id, metres, n_calls, n_timed, max_seq, first_s, last_s, late_s,
        cast(0 as bigint) as shift_s, 'written' as basis, false as spare
    from here where not repeats
    union all
    select a.feed_id, a.trip_id, a.route_id, a.direction_id, a.metres, a.n_calls, a.n_timed, a.max_seq,
        a.first_s, a.last_s, a.late_s,
        p.start_s + n.i * p.headway_s - a.first_s,
        case when p.exact then 'exact' else 'headway' end,
        not p.exact and n.i = p.n_runs - 1 and p.n_runs * p.headway_s > p.end_s - p.start_s
    from here as a
    join period as p on p.feed_id = a.feed_id and p.trip_id = a.trip_id
    join number as n on n.i < p.n_runs
    where not p.said or $said_twice = 'both'
)
select *, first_s + shift_s as start_s,
    last_s + shift_s as written_end_s,
    last_s + shift_s + late_s as next_day_end_s,
    last_s + shift_s + case when $past_midnight = 'next_day' then late_s else 0 end as end_s
from made
