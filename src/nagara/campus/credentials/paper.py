"""A certificate as PDF on A4 landscape, and as a badge picture: from the snapshot alone, by typst, which
shapes every script of the region. The same snapshot gives the same bytes."""

from __future__ import annotations

import base64
import io
import json
import math
import tempfile
from collections.abc import Iterable
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

import segno

from nagara.adapters import openbadges
from nagara.campus.credentials.domain.snapshots import day
from nagara.campus.credentials.models import Certificate, SignatureImage
from nagara.campus.design.papers import FONTS

if TYPE_CHECKING:
    import typst

Ending = Literal["pdf", "svg", "png"]
HERE = Path(__file__).parent
PAPER, BADGE = HERE / "certificate.typ", HERE / "badge.typ"


def pdf(certificates: Iterable[Certificate], *, specimen: bool = False) -> bytes:
    """Each certificate on a page. `specimen`: written across it, so that a preview is never taken for one."""
    rows, pictures = [], {}
    for certificate in certificates:
        data = _data(certificate)
        for signatory in data["signatories"]:
            if signatory["image"]:
                pictures[signatory["image"]] = signatory["image"]
        rows.append(data)
    images = {}
    for held in SignatureImage.objects.filter(digest__in=pictures) if pictures else ():
        images[held.digest] = (bytes(held.data), "png" if held.media == "image/png" else "jpg")
    for data in rows:
        for signatory in data["signatories"]:
            known = images.get(signatory["image"])
            signatory["image"] = f"{signatory['image']}.{known[1]}" if known else ""
    files = {f"{digest}.{ending}": content for digest, (content, ending) in images.items()}
    files |= {f"qr-{n}.svg": _qr(data["check"]) for n, data in enumerate(rows)}
    return _typeset(PAPER, {"certificates": rows, "specimen": specimen}, files, "pdf")


def picture(certificate: Certificate, ending: Literal["svg", "png"]) -> bytes:
    """The badge as SVG or PNG with the signed credential baked in."""
    from nagara.campus.credentials import badges

    kept = certificate.snapshot
    data = {
        "kind": certificate.kind,
        "programme": kept["programme"],
        "batch": kept["batch"],
        "organisation": kept["paper"]["organisation"],
        "full": kept["full"],
    }
    plain = _typeset(BADGE, data, {}, ending)
    if ending == "svg":
        return openbadges.bake_svg(plain.decode(), badges.signed_token(certificate)).encode()
    return openbadges.bake_png(plain, badges.signed_json(certificate).decode())


def _data(certificate: Certificate) -> dict[str, Any]:
    """What the paper prints, as text."""
    kept, printed = certificate.snapshot, certificate.snapshot["paper"]
    facts = kept["facts"]
    lines = []
    if printed["hours"] and kept["hours"] not in ("", "0"):
        lines.append(["Hours", kept["hours"]])
    share = facts.get("attendance.minutes_share", {}).get("value")
    if printed["attendance"] and share is not None:
        # 79.6 % is not 80 %: rounded down, less the dust of binary fractions
        lines.append(["Attendance", f"{math.floor(float(share) * 100 + 1e-9)} %"])
    if kept.get("mode"):
        lines.append(["Held", kept["mode"].lower()])
    native = kept.get("native_name", "")
    passport = kept.get("passport_name", "")
    return {
        "number": certificate.number,
        "code": certificate.code,
        "check": kept["site"] + certificate.check_url,
        "name": certificate.name,
        "native": native if native != certificate.name else "",
        "passport": passport if passport not in (certificate.name, native) else "",
        "from": ", ".join(part for part in (kept.get("city"), kept.get("state")) if part),
        "issued": day(certificate.issued_at),
        "until": day(certificate.valid_until) if certificate.valid_until else "",
        "facts": lines,
        "waived": _waived(kept["waivers"], printed["waivers"]),
        "full": kept["full"],
        **{name: printed[name] for name in ("organisation", "heading", "lead", "body", "foot")},
        "signatories": [dict(row) for row in printed["signatories"]],
    }


def _waived(waivers: list[dict[str, Any]], policy: str) -> str:
    """Waived rules as the policy of the programme says; never why."""
    if not waivers or policy == "not":
        return ""
    if policy == "count":
        return "One rule was waived." if len(waivers) == 1 else f"{len(waivers)} rules were waived."
    return "Waived: " + "; ".join(row["says"] for row in waivers) + "."


def _qr(text: str) -> bytes:
    out = io.BytesIO()
    segno.make(text, error="m").save(out, kind="svg", border=0, xmldecl=False, svgns=True)
    return out.getvalue()


def data_address(text: str) -> str:
    """The QR code as an address that a page can show at once."""
    return "data:image/svg+xml;base64," + base64.b64encode(_qr(text)).decode()


def _typeset(template: Path, data: dict[str, Any], files: dict[str, bytes], ending: Ending) -> bytes:
    import typst

    with tempfile.TemporaryDirectory(prefix="nagara-certificate-") as folder:
        here = Path(folder)
        (here / "data.json").write_text(json.dumps(data, ensure_ascii=False), encoding="utf-8")
        for name, content in files.items():
            (here / name).write_bytes(content)
        (here / "page.typ").write_text(template.read_text("utf-8"), encoding="utf-8")
        return bytes(
            typst.compile(
                str(here / "page.typ"),
                root=folder,
                font_paths=_fonts(),
                format=ending,
                ppi=144 if ending == "png" else None,
            )
        )


@cache
def _fonts() -> typst.Fonts:
    """Our fonts, read once; those of the machine only where ours are missing."""
    import typst

    ours = FONTS.is_dir()
    return typst.Fonts(include_system_fonts=not ours, font_paths=[str(FONTS)] if ours else [])
