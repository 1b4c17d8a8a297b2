-- Topics of the whole city, the most asked for first.
-- in: counted   out: category, n
select category, n from counted
where unit_kind = 'city' and category <> '' and authors >= $least_authors
order by n desc, category
limit 30
