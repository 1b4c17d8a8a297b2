-- One row a trip with stop times: how many calls, how many timed by the feed, first and last departure.
-- Order and time go into one number, so that the first and last timed call are a minimum and a maximum.
-- in: stop_time   out: feed_id, trip_id, n_calls, n_timed, min_seq, max_seq, first_s, last_s
with timed as (
    select feed_id, trip_id, seq, timed, cast(seq as bigint) * 10000000 + coalesce(dep_s, arr_s) as k
    from stop_time
)
select
    feed_id, trip_id, count(*) as n_calls, count(case when timed then 1 end) as n_timed,
    min(seq) as min_seq, max(seq) as max_seq,
    min(k) % 10000000 as first_s, max(k) % 10000000 as last_s
from timed
group by feed_id, trip_id
