-- How far values usually lie from the usual value of their local hour: the median distance (MAD).
-- in: sample, middle   out: k, hour, middle, away
select m.k, m.hour, m.middle, a.away
from middle as m
join (
    select m.k, m.hour, median(abs(o.value - m.middle)) as away
    from sample as o
    join middle as m on m.k = o.k and m.hour = o.hour
    group by 1, 2
) as a on m.k = a.k and m.hour = a.hour
