#!/bin/sh
# The great flood of 1 January 2020, from a folder of files to a decision brief.
#
#   examples/jakarta/run.sh DATA OUT
#
# DATA is the folder that holds jakarta/. Writes OUT/brief.pdf, OUT/brief.html and OUT/results.json. The lake is
# made in OUT/home unless NAGARA_HOME says otherwise. Only public commands and the mapping files beside this script.
set -eu
data=${1:?"say which folder holds jakarta/"}
out=${2:?"say where to write the brief and the results"}
here=$(cd "$(dirname "$0")" && pwd)
mkdir -p "$out"
out=$(cd "$out" && pwd)
NAGARA_HOME=${NAGARA_HOME:-$out/home}
export NAGARA_HOME

# 1. Files in: the clinic says what it found in each.
"$here/load.sh" "$data"

# 2. Questions: run a recipe, print the name of the run.
ask() {
    nagara run "$@" --json >"$out/run.json"
    sed -n 's/^ "run_id": "\(.*\)",$/\1/p' "$out/run.json"
    rm "$out/run.json"
}
sensors=$(ask sensor-qa jakarta)
warning=$(ask early-warning jakarta -p property=water_level)
prone=$(ask flood-exposure jakarta -p property=flood_prone)
flooded=$(ask flood-exposure jakarta -p property=flood_depth_class)
stops=$(ask points-by-zone jakarta -p kind=stop -p source=transjakarta-2025)
service=$(ask transit-service jakarta)
near=$(ask near-transit jakarta)

# 3. Facts and runs as one file.
set --
for fact in "$here"/facts/*.sql; do
    set -- "$@" --facts "$fact"
done
for run in "$sensors" "$warning" "$prone" "$flooded" "$stops" "$service" "$near"; do
    set -- "$@" --run "$run"
done
nagara results jakarta -o "$out/results.json" "$@"

# 4. The brief: the days of the flood, and the days of February 2017 when people reported.
for brief in brief.pdf brief.html; do
    nagara brief jakarta -o "$out/$brief" --run "$warning" --run "$prone" \
        --title "The great flood of 1 January 2020" --event 2019-12-31/2020-01-03,2017-02-20/2017-02-22
done
