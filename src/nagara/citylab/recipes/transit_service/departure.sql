-- When vehicles call at each stop, and how many leave it then: the end of a run is no departure.
-- in: run, stop_time   out: feed_id, stop_id, s (null where the call has no time), n
select t.feed_id, t.stop_id,
    t.dep_s + r.shift_s
        + case when $past_midnight = 'next_day' and t.dep_s < r.first_s then 86400 else 0 end as s,
    count(case when t.seq < r.max_seq then t.dep_s end) as n
from run as r
join stop_time as t on t.feed_id = r.feed_id and t.trip_id = r.trip_id
group by 1, 2, 3
