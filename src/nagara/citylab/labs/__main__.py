"""`python -m nagara.citylab.labs CITY LAB [--seeds 5]`: what is wrong with a lab on a city.

CITY or LAB may be `all`. The lake is that of NAGARA_LAKE, else `lake` in NAGARA_HOME.
"""

from __future__ import annotations

import argparse
import os
import sys
from pathlib import Path

from nagara.citylab.errors import CityLabError
from nagara.citylab.labs.checking import check, report
from nagara.citylab.labs.reading import catalogue, load


def main(argv: list[str] | None = None) -> int:
    """Prints the report; 1 where something is wrong."""
    from nagara.citylab.lake import Lake

    parser = argparse.ArgumentParser(prog="python -m nagara.citylab.labs", description=__doc__)
    parser.add_argument("city")
    parser.add_argument("lab")
    parser.add_argument("--seeds", type=int, default=5)
    given = parser.parse_args(argv)
    home = Path(os.environ.get("NAGARA_HOME", Path.home() / "nagara"))
    lake = Lake(os.environ.get("NAGARA_LAKE") or str(home / "lake"))
    bad = 0
    try:
        labs = list(catalogue().values()) if given.lab == "all" else [load(given.lab)]
        cities = lake.cities() if given.city == "all" else [given.city]
        for lab in labs:
            for city in cities:
                found = check(lake.city(city), lab, seeds=given.seeds)
                print("\n".join(report(found)), flush=True)  # noqa: T201
                bad += bool(found.wrong)
    except CityLabError as error:
        print(error, file=sys.stderr)  # noqa: T201
        return 1
    return 1 if bad else 0


if __name__ == "__main__":
    sys.exit(main())
