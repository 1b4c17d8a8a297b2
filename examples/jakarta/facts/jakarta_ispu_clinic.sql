-- What the clinic finds in the cleaned edition and its audit, to lay beside the publisher's cleaning log.
select
    sum(count) filter (where rule = 'check-period') as period_does_not_follow_from_date,
    sum(count) filter (where rule = 'check-max') as max_is_not_the_highest,
    sum(count) filter (where rule = 'check-critical') as critical_is_not_the_highest,
    sum(count) filter (where rule = 'check-category') as category_does_not_follow_from_max,
    sum(count) filter (where rule = 'conflicting-group') as rows_of_conflicting_duplicates,
    sum(count) filter (where rule = 'identical-group') as rows_of_identical_duplicates
from finding where source_id = 'ispu-clean'
