#!/bin/sh
# Load Bangkok's files into the lake: public commands and mapping files, nothing else.
#
#   examples/bangkok/load.sh DATA
#
# DATA is the folder that holds bangkok/. Running it again changes nothing.
set -eu
data=${1:?"say which folder holds bangkok/"}
here=$(cd "$(dirname "$0")" && pwd)
maps=$here/maps
bangkok=$data/bangkok

# Code 3 means: something in the files was refused, the rest was kept. The clinic has said what.
take() {
    nagara import bangkok "$@" || [ $? -eq 3 ]
}

# Districts, subdistricts, and the people registered there.
take "$bangkok/districts/district.geojson" --map "$maps/districts.toml"
take "$bangkok/districts/subdistricts_180.geojson" --map "$maps/subdistricts.toml"
take "$bangkok/districts/district_population.csv" --map "$maps/population.toml"

# Facilities; markets, parks and sports grounds have no coordinates and are kept by district.
take "$bangkok/poi/health_facilities.csv" --map "$maps/health_facilities.toml"
take "$bangkok/poi/market.csv" --map "$maps/markets.toml"
take "$bangkok/poi/public_park.csv" --map "$maps/parks.toml"
take "$bangkok/poi/public_park.csv" --map "$maps/park_places.toml"
take "$bangkok/poi/sportfield.csv" --map "$maps/sportfields.toml"

# Stops of bus, boat and rail.
take "$bangkok/transit_json/namtang_stops.json" --map "$maps/namtang_stops.toml"
take "$bangkok/transit_json/stations.json" --map "$maps/rail_stations.toml"

# Statistics by district, and citizens' tickets with their labels.
take "$bangkok/indicators/normal_population_indicator_district.csv" --map "$maps/health_indicators.toml"
take "$bangkok/indicators/smoke_rate_by_sex_66_68.csv" --map "$maps/smoke_rate_by_sex.toml"
take "$bangkok/indicators/traffic_death_rate_all_62_66.csv" --map "$maps/traffic_deaths.toml"
take "$bangkok/complaints_traffy_labelled/tickets.csv" \
    "$bangkok/complaints_traffy_labelled/assessments_formatted.csv" --map "$maps/traffy.toml"
