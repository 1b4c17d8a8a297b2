-- How often each stop is served between the hours asked for, and from when to when in the whole day.
-- in: departure   out: one row a stop
with gap as (
    select feed_id, stop_id, s, n, s - lag(s) over (partition by feed_id, stop_id order by s) as gap_s
    from departure
    where n > 0
),
marked as (
    select feed_id, stop_id, s, n,
        s >= $from_hour * 3600 and s < $to_hour * 3600 as within,
        case when s < $to_hour * 3600 and s - gap_s >= $from_hour * 3600 then gap_s end as gap_s
    from gap
)
select feed_id, stop_id,
    cast(sum(n) as bigint) as departures,
    cast(coalesce(sum(case when within then n end), 0) as bigint) as in_window,
    median(gap_s) as headway_s, median(gap_s) / 60.0 as headway_min, min(gap_s) as shortest_s, max(gap_s) as longest_s, count(gap_s) as gaps,
    min(s) as first_s, max(s) as last_s
from marked
group by feed_id, stop_id
