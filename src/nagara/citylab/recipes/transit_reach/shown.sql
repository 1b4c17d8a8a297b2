-- What the usual person reaches, as a share of all there is, for the figure.
-- in: mean   out: what, minutes, share, lo, hi
select what, minutes, 100 * value / whole as share, 100 * lo / whole as lo, 100 * hi / whole as hi
from mean where unit_kind = 'city' and whole > 0
order by minutes, what
