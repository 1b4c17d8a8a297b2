-- The city by indicator, for the figure.
-- in: unit   out: what, share, lo, hi
select case indicator when 'I02' then 'public transport' when 'I13' then 'green area'
        when 'I19' then 'health care' else 'school' end as what,
    100.0 * reached / nullif(people, 0) as share, 100.0 * low / nullif(people, 0) as lo, 100.0 * high / nullif(people, 0) as hi
from unit where unit_kind = 'city'
order by share desc, what
