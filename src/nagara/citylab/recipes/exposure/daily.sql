-- Each station's days within the period: the sum of its hourly means and how many hours.
-- in: hour, period   out: thing_id, day, total, hours
select h.thing_id, cast(h.hour as date) as day,
    cast(sum(cast(h.mean as decimal(18, 6))) as double) as total, count(*) as hours
from hour as h
join period as p on cast(h.hour as date) between p.first_day and p.last_day
group by 1, 2
