-- The calls by number of run and stop. in: called, halt   out: run, seq, stop, arr, dep
select cast(dense_rank() over (order by c.feed_id, c.trip_id, c.shift_s) as bigint) as run,
    cast(c.seq as bigint) as seq, h.k as stop, cast(c.arr as bigint) as arr, cast(c.dep as bigint) as dep
from called as c
join halt as h on h.feed_id = c.feed_id and h.stop_id = c.stop_id
