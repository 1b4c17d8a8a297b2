-- A first look at each datastream: its number k, and how wide a block of about 24 values is (a part of a day).
-- in: observation   out: k, datastream_id, width_s
select cast(row_number() over (order by datastream_id) as integer) as k, datastream_id,
    cast(case
        when guess_s <= 75 then 1800 when guess_s <= 150 then 3600 when guess_s <= 450 then 10800
        when guess_s <= 900 then 21600 when guess_s <= 1800 then 43200 else 86400
    end as bigint) as width_s
from (
    select datastream_id,
        (epoch_us(max(ts)) - epoch_us(min(ts))) / (1000000.0 * greatest(1.0, count(*) - 1)) as guess_s
    from observation group by 1
) as s
