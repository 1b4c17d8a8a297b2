-- Calls of every run between the first departure asked for and the last arrival that can count, in seconds
-- since the window's begin.
-- in: run, stop_time   out: feed_id, trip_id, shift_s, seq, stop_id, arr, dep
with moved as (
    select distinct r.feed_id, r.trip_id, r.shift_s, t.seq, t.stop_id,
        coalesce(t.arr_s, t.dep_s) + r.shift_s - $from_hour * 3600
            + case when $past_midnight = 'next_day' and coalesce(t.dep_s, t.arr_s) < r.first_s then 86400 else 0 end as arr,
        coalesce(t.dep_s, t.arr_s) + r.shift_s - $from_hour * 3600
            + case when $past_midnight = 'next_day' and coalesce(t.dep_s, t.arr_s) < r.first_s then 86400 else 0 end as dep
    from run as r
    join stop_time as t on t.feed_id = r.feed_id and t.trip_id = r.trip_id
    where coalesce(t.arr_s, t.dep_s) is not null
)
select feed_id, trip_id, shift_s, seq, stop_id, arr, dep
from moved
where dep >= 0 and arr <= ($window + greatest($minutes, $short_minutes)) * 60
