-- Both kinds of stretches, numbered: those that come and go, and those that last to the end of the data.
-- in: segment, tail   out: k, segment (number), low_block, high_block, width_s, shift, first_ts, last_ts
select k, row_number() over (partition by k order by low_block, high_block, kind) as segment,
    low_block, high_block, width_s, shift, first_ts, last_ts
from (
    select k, low_block, high_block, width_s, shift, first_ts, last_ts, 0 as kind from segment
    union all
    select k, low_block, high_block, width_s, shift, first_ts, last_ts, 1 from tail
) as both_kinds
