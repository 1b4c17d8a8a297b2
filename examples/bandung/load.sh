#!/bin/sh
# Load Bandung's files into the lake: public commands and mapping files, nothing else.
#
#   examples/bandung/load.sh DATA
#
# DATA is the folder that holds bandung/. Running it again changes nothing.
set -eu
data=${1:?"say which folder holds bandung/"}
here=$(cd "$(dirname "$0")" && pwd)
maps=$here/maps
bandung=$data/bandung

# Code 3 means: something in the files was refused, the rest was kept. The clinic has said what.
take() {
    nagara import bandung "$@" || [ $? -eq 3 ]
}

# Not a member city of the network: say where it is.
nagara tables bandung >/dev/null 2>&1 ||
    nagara add-city bandung --name Bandung --country ID --tz Asia/Jakarta --lon 107.61 --lat -6.92

# The map extract beside it (osm/) has relations only: its ways carry no tags, so it gives no street.
take "$bandung/gtfs_2025/gtfs.zip" --map "$maps/gtfs.toml"
