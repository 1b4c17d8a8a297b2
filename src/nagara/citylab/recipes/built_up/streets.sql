-- Length of the streets that a car may use.
-- in: street_edge   out: km, n
select cast(sum(cast(metres as decimal(18, 6))) as double) / 1000.0 as km, count(*) as n
from street_edge where metres is not null and modes like '%c%'
