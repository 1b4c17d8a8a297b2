"""All that the site holds about a person, as a ZIP file."""

from __future__ import annotations

import csv
import io
import json
import zipfile
from datetime import date, datetime
from typing import Any

from django.db import transaction

from nagara.campus.audit.domain import record
from nagara.campus.people.data_port import Rows, all_holders
from nagara.campus.people.models import User

README = """What Nagara holds about you, one folder for each room of the site.
Each table comes twice: as JSON and as CSV (UTF-8). Times are UTC unless a zone is written.
"""


def gather(user: User) -> dict[str, dict[str, Rows]]:
    """Room -> file -> rows."""
    return {holder.room: holder.export(user) for holder in all_holders()}


@transaction.atomic
def as_zip(user: User, *, by: User) -> bytes:
    """README.txt and, for every room and table with rows, room/table.json and room/table.csv."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as box:
        box.writestr("README.txt", README)
        for room, tables in sorted(gather(user).items()):
            for name, rows in tables.items():
                if rows:
                    text = json.dumps(rows, ensure_ascii=False, indent=1, default=_plain)
                    box.writestr(f"{room}/{name}.json", text)
                    box.writestr(f"{room}/{name}.csv", _csv(rows))
    record("data taken out", f"person/{user.pk}", by=by)
    return out.getvalue()


def _plain(value: Any) -> str:
    return value.isoformat() if isinstance(value, date | datetime) else str(value)


def _csv(rows: Rows) -> bytes:
    text = io.StringIO()
    columns = list(dict.fromkeys(name for row in rows for name in row))
    writer = csv.DictWriter(text, columns)
    writer.writeheader()
    for row in rows:
        writer.writerow({name: _cell(value) for name, value in row.items()})
    return text.getvalue().encode("utf-8-sig")


def _cell(value: Any) -> Any:
    if isinstance(value, dict | list):
        return json.dumps(value, ensure_ascii=False, default=_plain)
    plain = value if value is None or isinstance(value, int | float | str) else _plain(value)
    if isinstance(plain, str) and plain.startswith(("=", "@", "\t", "\r")):
        return f"'{plain}"
    return plain
