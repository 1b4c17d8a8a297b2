"""City Lab: data -> evidence. A library of its own: no Django inside, usable from a notebook.

import nagara.citylab as lab

city = lab.open("demo")
city.tables()                                 # what there is
city.sql("select count(*) as n from observation")
run = city.run("early-warning", threshold=900)
run.rows                                      # Arrow: value, lo, hi, n, coverage, quality, reason

site = lab.connect("https://site.example", token="ngr_...")     # your labs on a site: see remote.py
site.lab("m05-standard").table("stop_time")
lab.check("headway", 12.5, unit="min")
"""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import pyarrow as pa

    from nagara.citylab.evidence import Run
    from nagara.citylab.lake import CityLake, Lake
    from nagara.citylab.remote import Checked, Site

__all__ = ["City", "check", "connect", "home", "lake_address", "open", "open_lake"]


def home() -> Path:
    """The folder that holds everything of this installation: `NAGARA_HOME`, else `~/.nagara`."""
    return Path(os.environ.get("NAGARA_HOME", "~/.nagara")).expanduser()


def lake_address() -> str:
    """Where the lake is: `NAGARA_LAKE` (a folder or s3://...), else `lake` in the home folder."""
    return os.environ.get("NAGARA_LAKE") or str(home() / "lake")


def open_lake() -> Lake:
    from nagara.citylab.lake import Lake

    return Lake(lake_address())


@dataclass(frozen=True)
class City:
    """A city in a notebook: its tables, questions in SQL, and runs."""

    lake: CityLake

    def tables(self) -> dict[str, int]:
        """Table names and the snapshot in which each last changed."""
        return {name: version.content for name, version in self.lake.newest().tables.items()}

    def table(self, name: str) -> pa.Table:
        return self.lake.newest().table(name)

    def sql(self, text: str, **params: Any) -> pa.Table:
        """Rows of one SELECT over the newest snapshot; `$name` stands for a bound parameter."""
        from nagara.citylab import engine
        from nagara.citylab.recipes.clock import clock
        from nagara.citylab.runs import context_of, data_of
        from nagara.citylab.tables import TABLES

        newest = self.lake.newest()
        with engine.session(data_of(newest, set(TABLES))) as session:
            session.register("clock", clock(context_of(newest).tz))
            return session.sql(text, params)

    def run(self, recipe: str, **params: Any) -> Run:
        """Run a recipe and keep it as evidence."""
        from nagara.citylab import runs

        return runs.run(self.lake, recipe, params)


def open(city_id: str, lake: str | None = None) -> City:
    """Open a city of the lake. Raises CityLabError where there is none of that name."""
    from nagara.citylab.lake import Lake

    return City((Lake(lake) if lake else open_lake()).city(city_id))


def connect(address: str = "", *, token: str = "") -> Site:
    """Sign in to a site with a token; left out: NAGARA_SITE and NAGARA_TOKEN. Raises CityLabError."""
    from nagara.citylab import remote

    return remote.connect(address, token=token)


def check(task: str, answer: Any, *, work: int | str | None = None, **more: Any) -> Checked:
    """Hand in an answer to a task of your lab; the site grades it. Raises CityLabError."""
    from nagara.citylab import remote

    return remote.check(task, answer, work=work, **more)
