-- What there is to reach, by H3 cell: people, places of all kinds and by service, stops that are served.
-- in: people, place, halt   out: what, h3, n
with named as (
    select h3,
        case
            when category in ('market', 'supermarket', 'grocery') then 'food'
            when category in ('hospital', 'clinic', 'pharmacy') then 'health'
            when category in ('kindergarten', 'school', 'university') then 'education'
            when category in ('bank', 'post_office', 'government', 'police') then 'services'
        end as service
    from place where h3 is not null and category <> 'transit'
)
select 'people' as what, h3, n from people
union all
select 'places', h3, cast(count(*) as double) from named group by h3
union all
select service, h3, cast(count(*) as double) from named where service is not null group by service, h3
union all
select 'stops', h3, cast(count(*) as double) from halt where h3 is not null group by h3
