#!/bin/sh
# Load Singapore's files into the lake: public commands and mapping files, nothing else.
#
#   examples/singapore/load.sh DATA
#
# DATA is the folder that holds singapore/. Running it again changes nothing.
set -eu
data=${1:?"say which folder holds singapore/"}
here=$(cd "$(dirname "$0")" && pwd)
maps=$here/maps
singapore=$data/singapore

# Code 3 means: something in the files was refused, the rest was kept. The clinic has said what.
take() {
    nagara import singapore "$@" || [ $? -eq 3 ]
}

# Regions, planning areas and subzones, each placed in the larger one; then the people who live there.
take "$singapore/districts/1-region.geojson" --map "$maps/regions.toml"
take "$singapore/districts/2-planning-area.geojson" --map "$maps/planning_areas.toml"
take "$singapore/districts/subzones_js/GeoSG.js" --map "$maps/subzones.toml"
take "$singapore/districts/subzones_js/Population.js" --map "$maps/subzone_population.toml"

# Of the whole country, the zone "SG" above the regions.
take "$singapore/health/singapore-residents-by-age-group-ethnic-group-and-sex-end-june-annual.csv" \
    --map "$maps/residents.toml"
take "$singapore/health/weekly-infectious-disease-bulletin-cases.csv" --map "$maps/disease.toml"

# Buses: today's stops, and the timetable of 2018.
take "$singapore/bus/stops.min.geojson" --map "$maps/bus_stops.toml"
take "$singapore/gtfs_2018" --map "$maps/gtfs-2018.toml"

# Stations first, so that sensors find their place; 16 rain stations have none and are kept.
take "$singapore/sensors_met/stations_compiled.csv" --map "$maps/stations.toml"
take "$singapore"/sensors_met/rainfall_*.csv.gz --map "$maps/rainfall.toml"
take "$singapore"/sensors_met/air-temperature_*.csv.gz --map "$maps/air_temperature.toml"
take "$singapore"/sensors_met/pm25_*.csv.gz --map "$maps/pm25.toml"

# What people wrote in the haze of 2013.
take "$singapore"/posts_haze_2013/*labeled.csv "$singapore"/posts_haze_2013/*entire_period.csv \
    --map "$maps/haze_tweets.toml"
