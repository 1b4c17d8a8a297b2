-- How often each stop is served between the hours asked for, and from when to when in the whole day.
-- in: departure   out: one row a stop
with gap as (
    select feed_id, stop_id, s, n,
        s - lag(s) over (partition by feed_id, stop_id order by s) as gap_s,
        s >= $from_hour * 3600 and s < $to_hour * 3600 as within,
        lag(s) over (partition by feed_id, stop_id order by s) >= $from_hour * 3600 as before_within
    from departure
)
select feed_id, stop_id,
    cast(sum(n) as bigint) as departures,
    cast(coalesce(sum(case when within then n end), 0) as bigint) as in_window,
    median(case when within and before_within then gap_s end) as headway_s,
    min(case when within and before_within then gap_s end) as shortest_s,
    max(case when within and before_within then gap_s end) as longest_s,
    count(case when within and before_within then 1 end) as gaps,
    min(s) as first_s, max(s) as last_s
from gap
group by feed_id, stop_id
