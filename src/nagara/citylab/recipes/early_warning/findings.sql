-- in: threshold, level   out: findings about the inputs
select 'note' as severity, 'own-thresholds' as rule,
    'datastreams have no threshold of their own: quantiles of their own values were used' as message,
    count(distinct datastream_id) as "count", 'Give thresholds as parameter, or with the station.' as mend
from threshold where origin like '%of its own values' having count(*) > 0
union all
select 'note', 'official-thresholds', 'datastreams have thresholds read off the official states in the data',
    count(distinct datastream_id), 'Compare them with the published ones.'
from threshold where origin like '%official%' having count(*) > 0
union all
select 'note', 'too-slow-for-lags', 'datastreams report too seldom to be paired for lags',
    count(*), 'Look for longer lags (lag_hours_max), or import finer data.'
from level where n >= 24 and period_h > $lag_hours_max / 4.0 having count(*) > 0
