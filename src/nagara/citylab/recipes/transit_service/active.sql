-- The services that run on the day. in: service_day, day   out: feed_id, service_id
select distinct s.feed_id, s.service_id
from service_day as s
join day as d on d.day = s.day
