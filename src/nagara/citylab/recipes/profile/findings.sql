-- in: card   out: findings
select 'note' as severity, 'no-value' as rule, 'cards have no value: each says why' as message,
    count(*) as "count", 'See the reason on the card.' as mend
from card where value is null having count(*) > 0
union all
select 'note', 'low-coverage', 'cards stand on less than three quarters of the data they need', count(*),
    'Import what is missing, then run the recipe again.'
from card where coverage < 0.75 having count(*) > 0
