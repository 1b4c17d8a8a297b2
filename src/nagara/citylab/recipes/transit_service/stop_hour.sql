-- Departures by stop and hour of the service day (24 and more: after midnight).
-- in: departure   out: feed_id, stop_id, hour, n
select feed_id, stop_id, cast(floor(s / 3600.0) as integer) as hour, cast(sum(n) as bigint) as n
from departure
where n > 0
group by 1, 2, 3
