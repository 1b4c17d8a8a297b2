-- Whole numbers from 0 to 99,999: to write out trips that repeat at a headway.
with digit as (
    select 0 as d union all select 1 union all select 2 union all select 3 union all select 4
    union all select 5 union all select 6 union all select 7 union all select 8 union all select 9
)
select cast(a.d + 10 * b.d + 100 * c.d + 1000 * e.d + 10000 * f.d as bigint) as i
from digit as a cross join digit as b cross join digit as c cross join digit as e cross join digit as f
