"""Who may open what of the workbench: everybody who has signed in asks cities with data, and sees their own."""

from datetime import UTC, datetime

import pyarrow as pa
import pyarrow.compute as pc
from django.conf import settings
from django.utils import timezone

from addresses import Made
from citylab.sandbox.small_city import observations, stops
from nagara.campus.cities.lakes import find_place
from nagara.campus.workbench import domain
from nagara.citylab.lake import Lake

PEOPLE = ()
SQL = "select 106.8 + n / 100.0 as lon, -6.2 as lat, n from range(60) t(n)"


def small_lake() -> None:
    """Jakarta with thirty stops (ten of a closed source) and two days of a gauge, where there is no lake yet."""
    lake = Lake(settings.NAGARA_LAKE)
    if "jakarta" in lake.cities():
        return
    row = {"city_id": "jakarta", "name": "Jakarta", "country": "ID", "tz": "Asia/Jakarta", "epsg": 32748}
    city = lake.create({**row, "bbox": None})
    stop = stops()

    def write(draft) -> None:
        for source, licence in (("open", "CC BY 4.0"), ("closed", "")):
            draft.replace("source", pa.Table.from_pylist([_source(source, licence)]), source_id=source)
            draft.replace("stop", stop.filter(_of(stop, source)), source_id=source)
        draft.replace("observation", observations(), source_id="open")

    city.commit(write)


def _source(source, licence) -> dict:
    return {
        "source_id": source,
        "kind": "stops",
        "title": f"{source} stops",
        "licence": licence,
        "sha256": source,
        "nature": "measured",
        "imported_at": datetime(2026, 9, 2, tzinfo=UTC),
    }


def _of(table, source):
    return pc.equal(table.column("source_id"), source)


def make(crowd) -> Made:
    small_lake()
    question, answer = domain.ask(by=crowd.alice, place=find_place("jakarta"), sql=SQL, now=timezone.now())
    assert question is not None, answer
    domain.share(question)
    return Made(
        ids={"QUERY": question.pk, "TOKEN": question.share},
        data={"sql-run": {"sql": "select 1"}, "sql-change": {"what": "rename", "title": "Stops"}},
    )


def _who(default: int, **others: int) -> dict[str, int]:
    return {**dict.fromkeys(("nobody", "charlie", "bob", "alice", "olga"), default), "nobody": 302, **others}


C = {"slug": "jakarta"}
Q = {**C, "pk": "QUERY"}
OWN = _who(404, alice=200)
CASES = {
    "sql": ("GET", C, _who(200)),
    "sql-run": ("POST", C, _who(302)),
    "sql-history": ("GET", C, _who(200)),
    "sql-query": ("GET", Q, OWN),
    "sql-csv": ("GET", Q, _who(404, alice=403)),
    "sql-change": ("POST", Q, _who(404, alice=302)),
    "sql-picture": ("GET", {**Q, "kind": "map"}, OWN),
    "sql-shared": ("GET", {"token": "TOKEN"}, _who(200)),
}
PAGES = [
    ("/cities/jakarta/sql/", "bob"),
    ("/cities/jakarta/sql/QUERY/", "alice"),
    ("/cities/jakarta/sql/QUERY/?show=chart", "alice"),
    ("/cities/jakarta/sql/history/", "alice"),
    ("/sql/shared/TOKEN/", "bob"),
]
