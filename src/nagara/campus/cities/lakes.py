"""What the City Lab holds of a city: one record that pages and the API share."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, Any, TypeVar

from django.conf import settings
from django.db import transaction
from django.http import Http404

from nagara.campus.cities.models import City, Holding
from nagara.campus.cities.remembering import remembered
from nagara.citylab.errors import CityLabError

if TYPE_CHECKING:
    import pyarrow as pa

    from nagara.citylab.engine import Data
    from nagara.citylab.lake import CityLake, Lake, Snapshot
    from nagara.citylab.tables import CanonicalTable

T = TypeVar("T")


def lake() -> Lake:
    """The lake of this site. What reads tables is loaded here and below, when a page asks for a city's data:
    a process that serves none of them stays small."""
    from nagara.citylab.lake import Lake

    return Lake(settings.NAGARA_LAKE)


@dataclass
class Place:
    """A city as the site knows it: its page of the network (`city`), its data (`data`), or both."""

    slug: str
    name: str
    tz: str
    city: City | None = None
    data: CityLake | None = None
    country: str = ""

    @cached_property
    def snapshot(self) -> Snapshot | None:
        """The newest snapshot, the same one for the whole request. None without data."""
        return self.data.newest() if self.data else None

    @cached_property
    def stamp(self) -> tuple[Hashable, ...]:
        """What names the newest snapshot: lake, city, number, when it was written."""
        assert self.snapshot is not None and self.data is not None
        entries = self.data.storage.entries(f"{self.slug}/snapshots")
        written = max((entry.modified for entry in entries), default=0.0)
        return (str(settings.NAGARA_LAKE), self.slug, self.snapshot.number, written)

    def fact(self, name: str, work_out: Callable[[], T]) -> T:
        """A fact of the newest snapshot, worked out once a process."""
        return remembered((*self.stamp, name), work_out)

    @cached_property
    def sources(self) -> list[dict[str, Any]]:
        """Rows of `source`, newest import first, each with `open`: may its rows be passed on."""
        return self.fact("sources", self._sources) if self.snapshot is not None else []

    def _sources(self) -> list[dict[str, Any]]:
        assert self.snapshot is not None
        rows = self.snapshot.table("source").to_pylist()
        for row in rows:
            row["open"] = may_pass_on(row["licence"])
        return sorted(rows, key=lambda row: str(row["imported_at"]), reverse=True)

    @property
    def simulated(self) -> bool:
        """True where any source is simulated: the page says so."""
        return any(row["nature"] == "simulated" for row in self.sources)

    @property
    def wholly_simulated(self) -> bool:
        return bool(self.sources) and all(row["nature"] == "simulated" for row in self.sources)

    @cached_property
    def tables(self) -> list[TableFacts]:
        """Tables that hold rows, bookkeeping left out."""
        return self.fact("tables", self._tables) if self.snapshot is not None else []

    def _tables(self) -> list[TableFacts]:
        from nagara.citylab.tables import BOOKKEEPING, TABLES

        assert self.snapshot is not None
        found = [
            TableFacts(TABLES[name], self.snapshot.rows(name), self.snapshot.tables[name].content)
            for name in TABLES
            if name in self.snapshot.tables and name not in BOOKKEEPING
        ]
        return [facts for facts in found if facts.rows]

    def ask(self, sql: str, params: Mapping[str, Any] | None = None, *, over: Iterable[str]) -> pa.Table:
        """Rows of one SELECT over the named tables of the newest snapshot."""
        from nagara.citylab import engine

        assert self.snapshot is not None
        with engine.session({name: data_of(self.snapshot, name) for name in over}) as session:
            return session.sql(sql, params or {})


@dataclass(frozen=True)
class TableFacts:
    """A table of a city: what it is, how many rows, in which snapshot it last changed."""

    table: CanonicalTable
    rows: int
    content: int
    extra: Mapping[str, Any] = field(default_factory=dict)


def data_of(snapshot: Snapshot, name: str) -> Data:
    """Files of a table, or a typed empty one."""
    from nagara.citylab.tables import TABLES

    return snapshot.files(name) if name in snapshot.tables else TABLES[name].empty()


def find_place(slug: str) -> Place:
    """The city of that short name, member or with data. Raises Http404."""
    city = City.objects.select_related("state").filter(slug=slug).first()
    data = _data(slug)
    if city is not None:
        return Place(slug, city.name, city.tz, city, data, city.state.iso2)
    if data is None:
        raise Http404("There is no city of that name here.")
    row = data.newest().city()
    return Place(slug, row["name"], row["tz"], None, data, row["country"])


def _data(slug: str) -> CityLake | None:
    try:
        return lake().city(slug)
    except CityLabError:
        return None


def holdings() -> list[Holding]:
    """What the lake holds, a row a city. Tables are opened only for a snapshot that was not seen before."""
    from nagara.citylab.lake.storage import newest_snapshots

    root = str(settings.NAGARA_LAKE)
    newest = {f"{root} {n.city_id} {n.number} {n.written}": n.city_id for n in newest_snapshots(root)}
    found = {row.stamp: row for row in Holding.objects.filter(stamp__in=newest)}
    for stamp in newest.keys() - found.keys():
        found[stamp] = _hold(stamp, newest[stamp])
    return sorted(found.values(), key=lambda row: row.slug)


def _hold(stamp: str, slug: str) -> Holding:
    """Look into a city's newest snapshot and keep what lists say of it."""
    there = Place(slug, slug, "UTC", None, lake().city(slug))
    assert there.snapshot is not None
    row = there.snapshot.city()
    told = {
        "slug": slug,
        "name": row["name"],
        "tz": row["tz"],
        "country": row["country"],
        "sources": len(there.sources),
        "simulated": there.simulated,
    }
    with transaction.atomic():
        Holding.objects.filter(slug=slug).exclude(stamp=stamp).delete()
        return Holding.objects.get_or_create(stamp=stamp, defaults=told)[0]


def cities_with_data() -> list[str]:
    """Short names of the cities that have at least one source."""
    return [row.slug for row in holdings() if row.sources]


def other_places(members: Iterable[str]) -> list[Place]:
    """Cities with data that are not on the list of `members`."""
    there = lake()
    known = set(members)
    places = []
    for slug in there.cities():
        if slug not in known:
            data = there.city(slug)
            row = data.newest().city()
            places.append(Place(slug, row["name"], row["tz"], None, data, row["country"]))
    return places


def open_for_writing(place: Place, where: Lake | None = None) -> CityLake:
    """The city's lake folder, made at the first import from the city's own row (in `where`, if given).

    Raises CityLabError where the city has neither data nor a page."""
    if place.data is not None and where is None:
        return place.data
    if place.city is None:
        raise CityLabError(f"{place.name} is not a city that can take data.")
    from nagara.citylab.zones import metric_epsg

    city = place.city
    return (where or lake()).create(
        {
            "city_id": city.slug,
            "name": city.name,
            "country": city.state.iso2,
            "tz": city.tz,
            "epsg": metric_epsg(city.lon, city.lat),
            "bbox": None,
        }
    )


def may_pass_on(licence: str | None) -> bool:
    """True where a licence is known to allow passing the rows on. Unknown counts as no."""
    from nagara.citylab.lake.licences import Share, recognise

    return recognise(licence).share is not Share.FORBIDDEN


def closed_sources(sources: Sequence[Mapping[str, Any]]) -> list[Mapping[str, Any]]:
    """The sources whose rows may not be passed on."""
    return [row for row in sources if not may_pass_on(row["licence"])]
