-- in: span, usual_unit, flagged, station, period, field   out: findings about the inputs
select 'note' as severity, 'period' as rule,
    'days from ' || cast(first_day as varchar) || ' to ' || cast(last_day as varchar) as message,
    cast(days as bigint) as "count", 'Give --param since=... and until=... for others.' as mend
from period where first_day is not null
union all
select 'warn', 'short-period', 'the period is shorter than 300 days: its mean is not an annual one', cast(days as bigint),
    'Limits for a year do not hold for a season.'
from period where days < 300
union all
select 'warn', 'left-out', 'values fail a test of sensor-qa and are left out', count(*), 'See the recipe sensor-qa.'
from flagged where quality = 4 or $suspect = 'drop' having count(*) > 0
union all
select 'warn', 'unit', 'datastreams have another unit than most and are left out', count(*),
    'Give the unit in the mapping file.'
from span as s
left join usual_unit as u on u.unit = s.unit
where u.unit is null having count(*) > 0
union all
select 'warn', 'station-left-out', 'stations are not used', count(*), 'See the reason of each.'
from station where why is not null having count(*) > 0
union all
select 'warn', 'not-covered', 'cells with people are farther than the cap from every station', count(*),
    'More stations, or a longer cap with less certainty.'
from field where kind = 'cell' and value is null having count(*) > 0
