-- in: share, spot, day   out: findings
select 'note' as severity, 'no-timetable' as rule,
    'there is no timetable: all stops count, and how often they are served is not known' as message,
    1 as "count", 'Import a timetable with days of service.' as mend
from (select count(*) as n from day) as d where n = 0
union all
select 'warn', 'coarse-units', 'units of population are cut by the walking distance: they make the range',
    count(*), 'Import population by smaller units or by cells.'
from share where near > 0 and near < 1 having count(*) > 0
