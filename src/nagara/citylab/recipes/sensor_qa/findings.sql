-- in: counts   out: findings about the inputs
select 'warn' as severity, 'failed-values' as rule,
    'values fail a test (spike, flatline or range); they stay as they are' as message,
    cast(sum(cast(n_fail as bigint)) as bigint) as "count", 'Leave them out of means and maxima, or mend the sensor.' as mend
from counts having max(n_fail) > 0
union all
select 'warn', 'suspect-values', 'values are suspect (unusual, step or drift)',
    cast(sum(n_flagged - n_fail) as bigint), 'Look at them: they can be a real event.'
from counts having max(n_flagged - n_fail) > 0
union all
select 'note', 'no-range', 'datastreams have no plausible range: the range test was left out',
    count(*), 'Give valid_min and valid_max in the mapping file.'
from counts where valid_min is null and valid_max is null having count(*) > 0
union all
select 'warn', 'low-availability', 'datastreams delivered less than 75 % of what was expected',
    count(*), 'See the coverage calendar.'
from counts where received < 0.75 * expected having count(*) > 0
