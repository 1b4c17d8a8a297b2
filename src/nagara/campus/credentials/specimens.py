"""Specimens: what a certificate would look like, with a name in any script. Nothing is kept."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

from django.conf import settings
from django.utils import timezone

from nagara.campus.credentials.domain.lines import rules_in_words
from nagara.campus.credentials.domain.snapshots import filled, places_of
from nagara.campus.credentials.domain.wording import wording_of
from nagara.campus.credentials.models import Certificate
from nagara.campus.programmes.models import Batch

SAMPLES = (
    ("Thai", "Narong Wongsakul", "ณรงค์ วงศ์สกุล"),
    ("Khmer", "Sok Visal", "សុខ វិសាល"),
    ("Lao", "Keomany Phommachanh", "ແກ້ວມະນີ ພົມມະຈັນ"),
    ("Burmese", "Mg Kyaw Zin Htet", "မောင်ကျော်ဇင်ထက်"),
    ("Vietnamese", "Nguyễn Thị Thuỳ Linh", "Nguyễn Thị Thuỳ Linh"),
    ("Tamil", "Suresh A/L Raman", "சுரேஷ் ராமன்"),
    ("Jawi", "Siti Rahmah binti Haji Abdullah", "سيتي رحمة بنت حاج عبدالله"),
    ("Korean", "Han Seoyeon", "한서연"),
    ("Chinese", "Tan Mei Fong @ Mary Tan", "陈美芳"),
    ("a single name", "Suparto", ""),
    (
        "a very long name",
        "Raden Ajeng Siti Nurhaliza Kusumaningrum Wijayanti binti Haji Muhammad Abdullah Suryodiningrat",
        "Phrachao Krungthep Mahanakhon Amon Rattanakosin Mahinthara Ayuthaya Mahadilok Phop Noppharat",
    ),
)
"""Script, name as in passport, name in that script. Invented."""


def one(batch: Batch, name: str, native: str = "", kind: str = "") -> Certificate:
    """A certificate that is not kept, with everything that the paper of this batch would say."""
    wording = wording_of(batch.version)
    rule: Any = batch.version.rules.get("certificate") or {}
    full = str(rule.get("full", "Completion")) if isinstance(rule, dict) else "Completion"
    kind = kind.strip() or full
    name = name.strip() or "Siti Rahmah binti Haji Abdullah"
    places = places_of(batch, kind, "Bandar Seri Begawan", wording.organisation)
    signed: list[Any] = list(batch.signatories.all()) or [
        SimpleNamespace(name="Name of who signs", title="Title", image_id="")
    ]
    words = rules_in_words(batch)
    waived = [{"rule": words[-1][0], "says": words[-1][1]}] if words else []
    return Certificate(
        number=f"{wording.prefix}-{batch.ends.year}-0000",
        code="XXXX-XXXX-XXXX",
        kind=kind,
        name=name,
        issued_at=timezone.now(),
        snapshot={
            "site": settings.NAGARA_ADDRESS,
            "name": name,
            "passport_name": name,
            "native_name": native.strip(),
            "city": "Bandar Seri Begawan",
            "state": "Brunei Darussalam",
            "programme": batch.version.programme.name,
            "batch": batch.name,
            "mode": batch.get_mode_display(),
            "hours": places["hours"],
            "full": kind == full,
            "waivers": waived,
            "facts": {"attendance.minutes_share": {"value": 0.93}},
            "paper": {
                "organisation": wording.organisation,
                "heading": filled(wording.heading, places),
                "lead": filled(wording.lead, places),
                "body": filled(wording.full if kind == full else wording.otherwise, places),
                "foot": filled(wording.foot, places),
                "hours": wording.show_hours,
                "attendance": wording.show_attendance,
                "waivers": wording.waivers,
                "signatories": [
                    {"name": s.name, "title": s.title, "image": s.image_id or ""} for s in signed
                ],
            },
        },
    )


def sheet(batch: Batch) -> list[Certificate]:
    """One for each script."""
    return [one(batch, name, native) for _, name, native in SAMPLES]
