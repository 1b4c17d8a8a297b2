#!/bin/sh
# Load Ho Chi Minh City's files into the lake: public commands and mapping files, nothing else.
#
#   examples/ho-chi-minh-city/load.sh DATA
#
# DATA is the folder that holds ho_chi_minh_city/. Running it again changes nothing.
set -eu
data=${1:?"say which folder holds ho_chi_minh_city/"}
here=$(cd "$(dirname "$0")" && pwd)
maps=$here/maps
city=$data/ho_chi_minh_city

# Code 3 means: something in the files was refused, the rest was kept. The clinic has said what.
take() {
    nagara import ho-chi-minh-city "$@" || [ $? -eq 3 ]
}

# Street maps of three districts, each a source of its own.
take "$city/osm/district1.osm.pbf" --map "$maps/osm.toml" --source district-1
take "$city/osm/district5_10_small.osm" --map "$maps/osm.toml" --source districts-5-and-10
take "$city/osm/hcmute_thu_duc.osm" --map "$maps/osm.toml" --source thu-duc
