-- The usual value by local hour of day: how far the hour usually lies from the middle of its day, plus the
-- middle of all days. So a level that shifts for good does not bend the rhythm of the day.
-- in: sample, days   out: k, hour, middle
select h.k, h.hour, h.apart + l.level as middle
from (
    select o.k, o.hour, median(o.value - d.middle) as apart
    from sample as o
    join days as d on d.k = o.k and d.day = o.day
    group by 1, 2
) as h
join (select k, median(middle) as level from days where n > 0 group by 1) as l on l.k = h.k
