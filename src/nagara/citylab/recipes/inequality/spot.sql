-- Places of the wanted category.
-- in: place   out: lon, lat
select lon, lat from place
where lon is not null and lat is not null and ($category is null or category = $category)
