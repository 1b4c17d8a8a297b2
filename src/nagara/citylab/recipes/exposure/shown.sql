-- The stations that count, for figure and map. in: station, field   out: thing_id, mean, lo, hi
select s.thing_id, f.value as mean, f.lo, f.hi
from station as s
join field as f on f.kind = 'station' and f.thing_id = s.thing_id
where s.why is null
order by f.value desc, s.thing_id
