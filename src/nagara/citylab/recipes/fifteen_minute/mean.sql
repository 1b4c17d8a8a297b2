-- The city by service, for the figure.
-- in: unit   out: service, share, lo, hi
select service, 100.0 * usual / nullif(people, 0) as share, 100.0 * slow / nullif(people, 0) as lo, 100.0 * fast / nullif(people, 0) as hi
from unit where unit_kind = 'city'
order by share desc, service
