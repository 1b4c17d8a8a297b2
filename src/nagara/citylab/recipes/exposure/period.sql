-- The days asked for; left out, the last 365 days that have values. in: hour   out: first_day, last_day, days
with seen as (select cast(min(hour) as date) as oldest, cast(max(hour) as date) as newest from hour),
asked as (
    select oldest, coalesce(cast($until as date), newest) as last_day, cast($since as date) as since from seen
),
settled as (
    select last_day, coalesce(since, greatest(oldest, cast(make_timestamp(
        epoch_us(cast(last_day as timestamp)) - 31449600000000) as date))) as first_day
    from asked
)
select first_day, last_day, date_diff('day', first_day, last_day) + 1 as days from settled
