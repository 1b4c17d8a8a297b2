-- The weekday with most trips, in the timetable's own calendar.
-- in: service_day, trip   out: day
select day
from (
    select s.day, row_number() over (order by count(*) desc, s.day) as place
    from service_day as s
    join trip as t on t.feed_id = s.feed_id and t.service_id = s.service_id
    where extract(isodow from s.day) <= 5
    group by 1
) as ranked
where place = 1
