-- in: death   out: findings
select 'warn' as severity, 'no-people' as rule,
    'zones with deaths but without people are not in the rate of the city' as message,
    count(distinct zone_id) as "count", 'Import the people of these zones.' as mend
from death where n is null or n <= 0 having count(*) > 0
