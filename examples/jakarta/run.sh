#!/bin/sh
# The great flood of 1 January 2020, from a folder of files to a decision brief.
#
#   examples/jakarta/run.sh DATA OUT
#
# DATA is the folder that holds jakarta/. Writes OUT/brief.pdf and OUT/results.json. The lake is made in
# OUT/home unless NAGARA_HOME says otherwise. Only public commands and the mapping files beside this script.
set -eu
data=${1:?"say which folder holds jakarta/"}
out=${2:?"say where to write brief.pdf and results.json"}
here=$(cd "$(dirname "$0")" && pwd)
mkdir -p "$out"
out=$(cd "$out" && pwd)
NAGARA_HOME=${NAGARA_HOME:-$out/home}
export NAGARA_HOME

# 1. Files in.
"$here/load.sh" "$data"

# 2. Questions: run each recipe and keep the name of the run.
ask() {
    nagara run "$@" --json | sed -n 's/^ "run_id": "\(.*\)",$/\1/p'
}
sensors=$(ask sensor-qa jakarta)
warning=$(ask early-warning jakarta -p property=water_level)
people=$(ask flood-exposure jakarta -p property=flood_prone)
stops=$(ask points-by-zone jakarta -p kind=stop -p source=transjakarta-2025)
service=$(ask transit-service jakarta)

# 3. Facts and runs as one file; the brief.
set --
for fact in "$here"/facts/*.sql; do
    set -- "$@" --facts "$fact"
done
nagara results jakarta -o "$out/results.json" "$@" \
    --run "$sensors" --run "$warning" --run "$people" --run "$stops" --run "$service"
nagara brief jakarta -o "$out/brief.pdf" --run "$warning" --run "$people" \
    --title "The great flood of 1 January 2020" --event 2019-12-31/2020-01-03,2017-02-20/2017-02-22
echo "Read $out/brief.pdf"
