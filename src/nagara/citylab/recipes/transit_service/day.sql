-- The service day: the one asked for, else the weekday with the most trips nearest to the day of import.
-- in: ride, period, service_day, source   out: day, trips, asked, midnight_us (UTC of its hour 0)
with weight as (
    select feed_id, service_id, cast(count(*) as bigint) as trips
    from ride where not repeats group by feed_id, service_id
    union all
    select r.feed_id, r.service_id, cast(sum(p.n_runs) as bigint)
    from period as p
    join ride as r on r.feed_id = p.feed_id and r.trip_id = p.trip_id
    where not p.said
    group by r.feed_id, r.service_id
),
offered as (
    select d.day, cast(sum(w.trips) as bigint) as trips
    from service_day as d
    join weight as w on w.feed_id = d.feed_id and w.service_id = d.service_id
    group by d.day
),
imported as (
    select coalesce(max(cast(s.imported_at as date)), max(o.first_day)) as day
    from (select min(day) as first_day from offered) as o
    left join (select imported_at from source where kind = 'gtfs') as s on true
),
best as (
    select o.day, o.trips
    from offered as o
    cross join imported as i
    order by
        case when date_diff('day', date '1970-01-05', o.day) % 7 < 5 then 0 else 1 end,
        o.trips desc,
        abs(date_diff('day', i.day, o.day)),
        o.day
    limit 1
),
picked as (
    select cast($day as date) as day, true as asked where cast($day as date) is not null
    union all
    select day, false from best where cast($day as date) is null
),
-- GTFS counts from noon less twelve hours, which differs from midnight on days when clocks change.
-- The last offset that holds by noon, also for days beyond the clock's end.
offset_at as (
    select p.day, p.asked, c.offset_s,
        row_number() over (partition by p.day, p.asked order by c.start_ts desc) as latest
    from picked as p
    join clock as c
        on make_timestamp(epoch_us(cast(p.day as timestamp)) + 43200000000 - c.offset_s * 1000000) >= c.start_ts
)
select a.day, a.asked, coalesce(o.trips, 0) as trips,
    epoch_us(cast(a.day as timestamp)) - a.offset_s * 1000000 as midnight_us
from offset_at as a
left join offered as o on o.day = a.day
where a.latest = 1
