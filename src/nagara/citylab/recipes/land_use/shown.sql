-- The city by use, for the figure.
-- in: spread   out: use, km2
select use, km2 from spread where unit_kind = 'city' order by km2 desc, use
