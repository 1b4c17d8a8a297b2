#!/bin/sh
# Load Bogor's files into the lake: public commands and mapping files, nothing else.
#
#   examples/bogor/load.sh DATA
#
# DATA is the folder that holds bogor/. Running it again changes nothing.
set -eu
data=${1:?"say which folder holds bogor/"}
here=$(cd "$(dirname "$0")" && pwd)
maps=$here/maps
bogor=$data/bogor

# Code 3 means: something in the files was refused, the rest was kept. The clinic has said what.
take() {
    nagara import bogor "$@" || [ $? -eq 3 ]
}

# Not a member city of the network: say where it is.
nagara tables bogor >/dev/null 2>&1 ||
    nagara add-city bogor --name Bogor --country ID --tz Asia/Jakarta --lon 106.80 --lat -6.59

take "$bogor/gtfs_angkot/gtfs.zip" --map "$maps/gtfs.toml"
