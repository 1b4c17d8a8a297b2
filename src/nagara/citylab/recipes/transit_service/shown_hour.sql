-- The whole network hour by hour, for the figure.
-- in: hour   out: hour, vehicles
select hour, vehicles from hour where scope = 'city' order by hour
