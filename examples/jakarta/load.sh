#!/bin/sh
# Load Jakarta's files into the lake: public commands and mapping files, nothing else.
#
#   examples/jakarta/load.sh DATA
#
# DATA is the folder that holds jakarta/. Running it again changes nothing.
set -eu
data=${1:?"say which folder holds jakarta/"}
here=$(cd "$(dirname "$0")" && pwd)
maps=$here/maps
jakarta=$data/jakarta

# Code 3 means: something in the files was refused, the rest was kept. The clinic has said what.
take() {
    nagara import jakarta "$@" || [ $? -eq 3 ]
}

# Zones first: names and reports are placed in them.
take "$jakarta/districts/rw_jakarta_update.shp" --map "$maps/rw.toml"
take "$jakarta/districts/jakarta_population_kelurahan_2024.csv" --map "$maps/population.toml" \
    --accept-matches "$here/matches.toml"

# Water, rain and air.
take "$jakarta/sensors_water/tma_2020.csv" --map "$maps/water.toml"
take "$jakarta/sensors_water/hujan_bogor_2022_openmeteo.csv" --map "$maps/rain.toml"
take "$jakarta/air_ispu_daily/raw_2011_2021_SKPU.csv" --map "$maps/ispu_raw.toml"
take "$jakarta/air_ispu_daily/ispu_dki_all_2010_2025.csv" --map "$maps/ispu_2010_2025.toml"
take "$jakarta/air_ispu_daily/cleaned_jvon/Clean_Dataset_ISPU_Jakarta_Tugas_3_4_5_FINAL.csv" \
    "$jakarta/air_ispu_daily/cleaned_jvon/Audit_Duplikasi_Tanggal_Stasiun_ISPU_Jakarta_FINAL.csv" \
    --map "$maps/ispu_clean.toml"

# The flood of February 2017: what people reported, and what was marked hour by hour.
take "$jakarta"/citizen_reports_2017/*.geojson --map "$maps/reports.toml"
take "$jakarta"/flood_areas_hourly_2017/*.geojson --map "$maps/flood_areas.toml"

# Public transport: two timetables of one operator, and one that cannot carry a timetable.
take "$jakarta/gtfs_transjakarta_2025" --map "$maps/gtfs-transjakarta-2025.toml"
take "$jakarta/gtfs_transjakarta_2021/transjakarta.zip" --map "$maps/gtfs-transjakarta-2021.toml"
take "$jakarta/gtfs_krl_2025_broken" --map "$maps/gtfs-krl.toml"

# Where gates and pumps stand.
take "$jakarta/infrastructure_osm_sql/floodgates.data.sql" --map "$maps/floodgates.toml"
take "$jakarta/infrastructure_osm_sql/pumps.data.sql" --map "$maps/pumps.toml"
