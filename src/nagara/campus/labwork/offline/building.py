"""A pack: pages that open from a folder without a network, the tables as Parquet, all of it signed."""

from __future__ import annotations

import io
import re
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from django.contrib.staticfiles import finders
from django.template.loader import render_to_string
from django.utils.safestring import SafeString

from nagara.campus.cities.lakes import find_place
from nagara.campus.labwork.domain.keys import prepared_of
from nagara.campus.labwork.models import LabWork, TaskState
from nagara.campus.labwork.offline.signing import signed, ticket_of
from nagara.campus.labwork.offline.tables import Carried, carried, pieces
from nagara.campus.labwork.showing import Shown, shown
from nagara.campus.lessons import examples, showing
from nagara.campus.lessons.colours import painted
from nagara.citylab.errors import CityLabError
from nagara.citylab.labs.pack import seal

if TYPE_CHECKING:
    from nagara.citylab.labs import Prepared
    from nagara.citylab.lessons import Lesson, Module

MOST_DATA = 40_000_000
"""Bytes of Parquet in a pack: what a bad line still brings over in one night."""
STYLES = ("design/nagara.css", "lessons/lessons.css", "labwork/labwork.css", "labwork/offline/pack.css")
SCRIPT = "labwork/offline/pack.js"
_ID = re.compile(r'\b(id|for|aria-describedby)="([^"]+)"')


@dataclass(frozen=True)
class Data:
    """The tables of a pack: files, what is in them, and what stayed behind and why."""

    files: dict[str, bytes]
    tables: list[dict[str, Any]]
    stayed: list[str]


def build(work: LabWork, *, site: str, now: datetime) -> bytes:
    """The zip of a person's lab with its module's lessons, without the keys. Raises CityLabError."""
    prepared = prepared_of(work)
    given = carried(prepared)
    data = tables_of(prepared, given)
    lessons = _lessons(work, prepared, site)
    states = list(TaskState.objects.filter(work=work).order_by("place"))
    tasks = [(one, form_of(one)) for one in (shown(work, s, prepared, now=now) for s in states)]
    common = {
        "work": work,
        "lab": prepared.lab,
        "site": site,
        "made": now,
        "data": data,
        "sources": _sources(given),
        "lessons": [page for page, _ in lessons],
    }
    files: dict[str, bytes] = {
        "index.html": _page("index", {**common, "tasks": tasks}),
        "lab.html": _page("lab", {**common, "tasks": tasks, "ticket": ticket_of(work)}),
        "data/README.txt": render_to_string("labwork/offline/readme.txt", common).encode(),
        "pack.css": b"\n".join(_static(name) for name in STYLES),
        "pack.js": _static(SCRIPT),
        **data.files,
    }
    for page, figures in lessons:
        files[f"lessons/{page['slug']}.html"] = _page("lesson", {**common, **page, "up": "../"})
        files |= figures
    return seal(files, _facts(work, prepared, site, now, data), signed)


def form_of(one: Shown) -> SafeString:
    """The fields of a task as the site shows them; ids begin with the task, for all stand on one page."""
    kind = "offline/query" if one.posed.kind == "query" else f"kinds/{one.posed.kind}"
    html = render_to_string(f"labwork/{kind}.html", {"p": one.parts, "s": one})
    return SafeString(_ID.sub(lambda m: f'{m[1]}="{one.state.task}-{m[2]}"', html))


def _facts(work: LabWork, prepared: Prepared, site: str, now: datetime, data: Data) -> dict[str, Any]:
    row = work.assignment
    return {
        "title": f"{prepared.lab.module}: {prepared.lab.title}",
        "site": site,
        "made": now.isoformat(timespec="seconds"),
        "learner": str(work.user),
        "work": work.pk,
        "assignment": row.pk if row else None,
        "batch": row.batch.slug if row else "",
        "lab": work.lab,
        "lab_version": work.version,
        "lab_sha256": work.sha256,
        "run_id": work.run_id,
        "city": work.city_slug,
        "snapshot": work.snapshot,
        "stayed_behind": data.stayed,
    }


def _page(name: str, context: dict[str, Any]) -> bytes:
    return render_to_string(f"labwork/offline/{name}.html", context).encode()


def _static(name: str) -> bytes:
    found = finders.find(name)
    if not isinstance(found, str):
        raise CityLabError(f"The file {name} of this site is missing.", mend="Tell the office.")
    return Path(found).read_bytes()


def tables_of(prepared: Prepared, given: Carried) -> Data:
    """The tables of a lab as Parquet, the small ones first, until the pack is full."""
    stayed = [
        f"{s['title'] or s['source_id']}: {_licence(s)} does not allow passing it on" for s in given.closed
    ]
    made, tables, size = dict[str, bytes](), list[dict[str, Any]](), 0
    written = sorted(
        ((_parquet(given, name), name) for name in given.names), key=lambda pair: len(pair[0][0])
    )
    for (data, rows), name in written:
        if size + len(data) > MOST_DATA:
            stayed.append(f"table {name}: too large for a pack ({len(data) / 1e6:.0f} MB)")
            continue
        size += len(data)
        made[f"data/{name}.parquet"] = data
        tables.append({"name": name, "rows": rows, "bytes": len(data)})
    return Data(made, sorted(tables, key=lambda t: str(t["name"])), stayed)


def _licence(source: dict[str, Any]) -> str:
    return f"the licence {source['licence']!r}" if source.get("licence") else "no licence is known, which"


def _parquet(given: Carried, name: str) -> tuple[bytes, int]:
    import pyarrow.parquet as pq

    schema, rows = pieces(given.catalogue, name)
    out, count = io.BytesIO(), 0
    with pq.ParquetWriter(out, schema, compression="zstd") as writer:
        for piece in rows:
            writer.write_table(piece)
            count += piece.num_rows
    return out.getvalue(), count


def _sources(given: Carried) -> list[dict[str, Any]]:
    closed = {s["source_id"] for s in given.closed}
    return [{**s, "closed": s["source_id"] in closed} for s in given.sources]


def _lessons(work: LabWork, prepared: Prepared, site: str) -> list[tuple[dict[str, Any], dict[str, bytes]]]:
    """The lessons of the module in the lab's variant, each with its figures."""
    from nagara.campus.lessons.content import open_modules

    module = open_modules().get(prepared.lab.module)
    if module is None:
        return []
    return [_lesson(module, lesson, work, prepared.lab.variant, site) for lesson in module.lessons]


def _lesson(
    module: Module, lesson: Lesson, work: LabWork, variant: str, site: str
) -> tuple[dict[str, Any], dict[str, bytes]]:
    there = examples.cities()
    place = find_place(work.city_slug)
    seen = examples.shown(module, lesson, [work.city_slug], there, {work.city_slug: place.name})
    computed, figures, parts = seen.computed, dict[str, bytes](), list[dict[str, Any]]()
    for part in showing.parts(module, lesson, variant, computed, all_rows=False, query=""):
        if part.text is not None:
            parts.append({"text": at_home(part.text, module.code, site)})
            continue
        assert part.example is not None
        worked = computed.worked.get(part.example.name) if computed else None
        drawn = ""
        if worked is not None and worked.svg:
            drawn = f"figures/{lesson.slug}-{part.example.name}.svg"
            figures[drawn] = painted(worked.svg, "light").encode()
        parts.append({"example": replace(part.example, figure=drawn and f"../{drawn}", try_url="")})
    page = {
        "slug": lesson.slug,
        "title": lesson.title,
        "minutes": lesson.minutes,
        "parts": parts,
        "computed": computed,
        "instead_of": seen.instead_of,
        "lacks": seen.lacks,
    }
    return page, figures


def at_home(html: str, module: str, site: str) -> str:
    """Links of a lesson: to lessons of the same module within the pack, to other pages of the site by their
    whole address."""
    from django.urls import reverse

    mine = re.escape(reverse("lesson-module", args=[module]))
    html = re.sub(rf'href="{mine}([\w-]+)/"', r'href="\1.html"', html)
    html = re.sub(rf'href="{mine}"', 'href="../index.html"', html)
    return re.sub(r'href="/(?!/)', f'href="{site.rstrip("/")}/', html)
