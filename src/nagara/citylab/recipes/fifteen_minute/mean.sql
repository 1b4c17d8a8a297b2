-- The city by service, for the figure.
-- in: unit   out: service, share, lo, hi
select service, 100.0 * usual / people as share, 100.0 * slow / people as lo, 100.0 * fast / people as hi
from unit where unit_kind = 'city'
order by share desc, service
