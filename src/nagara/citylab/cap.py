"""Warnings as messages of the Common Alerting Protocol (OASIS CAP 1.2).

A message made here is a draft: its status is Exercise unless a person says otherwise. Times carry the offset
of the city's zone, as clause 3.3.2 wants (`-00:00` for UTC, never Z).
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any
from xml.etree import ElementTree as ET
from zoneinfo import ZoneInfo

from nagara.citylab.findings import CityLabError

NAMESPACE = "urn:oasis:names:tc:emergency:cap:1.2"

STATUS = ("Actual", "Exercise", "System", "Test", "Draft")
MSG_TYPE = ("Alert", "Update", "Cancel", "Ack", "Error")
SCOPE = ("Public", "Restricted", "Private")
_CATEGORIES = "Geo Met Safety Security Rescue Fire Health Env Transport Infra CBRNE Other"
CATEGORY = tuple(_CATEGORIES.split(" "))
RESPONSE = ("Shelter", "Evacuate", "Prepare", "Execute", "Avoid", "Monitor", "Assess", "AllClear", "None")
URGENCY = ("Immediate", "Expected", "Future", "Past", "Unknown")
SEVERITY = ("Extreme", "Severe", "Moderate", "Minor", "Unknown")
CERTAINTY = ("Observed", "Likely", "Possible", "Unlikely", "Unknown")
_BY_RANK = ("Unknown", "Minor", "Moderate", "Severe", "Extreme")


class BadAlert(CityLabError):
    """A message that CAP 1.2 does not allow."""


@dataclass(frozen=True)
class Area:
    """Where a warning holds: words, and a polygon ((lon, lat), ...) or a circle (lon, lat, km), WGS 84."""

    words: str
    polygon: Sequence[tuple[float, float]] = ()
    circle: tuple[float, float, float] | None = None
    geocodes: Mapping[str, str] | None = None


@dataclass(frozen=True)
class Alert:
    """One warning in one language. `sent`, `onset`, `expires` need a zone."""

    identifier: str
    sender: str
    sent: datetime
    event: str
    headline: str
    description: str
    areas: Sequence[Area]
    status: str = "Exercise"
    msg_type: str = "Alert"
    scope: str = "Public"
    category: str = "Met"
    response: str = ""
    urgency: str = "Unknown"
    severity: str = "Unknown"
    certainty: str = "Unknown"
    language: str = "en-US"
    sender_name: str = ""
    instruction: str = ""
    web: str = ""
    onset: datetime | None = None
    expires: datetime | None = None
    references: Sequence[str] = ()
    restriction: str = ""
    addresses: Sequence[str] = ()
    note: str = ""
    parameters: Mapping[str, str] | None = None


def _time(value: datetime) -> str:
    if value.tzinfo is None:
        raise BadAlert("a time without a zone", mend="Give it with the city's zone.")
    text = value.replace(microsecond=0).isoformat()
    return text[:-6] + "-00:00" if text.endswith("+00:00") else text


def _check(alert: Alert) -> None:
    for name, allowed in (
        ("status", STATUS),
        ("msg_type", MSG_TYPE),
        ("scope", SCOPE),
        ("category", CATEGORY),
        ("urgency", URGENCY),
        ("severity", SEVERITY),
        ("certainty", CERTAINTY),
    ):
        if getattr(alert, name) not in allowed:
            raise BadAlert(f"{name} {getattr(alert, name)!r} is none of {', '.join(allowed)}")
    if alert.response and alert.response not in RESPONSE:
        raise BadAlert(f"response {alert.response!r} is none of {', '.join(RESPONSE)}")
    for name in ("identifier", "sender"):
        if not getattr(alert, name) or re.search(r"[\s,<&]", getattr(alert, name)):
            raise BadAlert(f"{name} must not be empty nor hold spaces, commas, < or &")
    if alert.scope == "Restricted" and not alert.restriction:
        raise BadAlert("a restricted message must say the restriction")
    if alert.scope == "Private" and not alert.addresses:
        raise BadAlert("a private message must name its addresses")
    if alert.msg_type in {"Update", "Cancel", "Ack", "Error"} and not alert.references:
        raise BadAlert(f"a message of type {alert.msg_type} must refer to the one before")
    if not alert.areas:
        raise BadAlert("a warning must name an area")


def _put(parent: ET.Element, name: str, text: str | None) -> None:
    if text:
        ET.SubElement(parent, name).text = text


def _pair(parent: ET.Element, tag: str, name: str, value: str) -> None:
    item = ET.SubElement(parent, tag)
    ET.SubElement(item, "valueName").text = name
    ET.SubElement(item, "value").text = value


def _area(info: ET.Element, area: Area) -> None:
    item = ET.SubElement(info, "area")
    ET.SubElement(item, "areaDesc").text = area.words
    if area.polygon:
        ring = list(area.polygon)
        if ring[0] != ring[-1]:
            ring.append(ring[0])
        if len(ring) < 4:
            raise BadAlert("a polygon needs at least three corners", where=area.words)
        _put(item, "polygon", " ".join(f"{lat:.6f},{lon:.6f}" for lon, lat in ring))
    if area.circle is not None:
        lon, lat, km = area.circle
        _put(item, "circle", f"{lat:.6f},{lon:.6f} {km:g}")
    for name, value in (area.geocodes or {}).items():
        _pair(item, "geocode", name, value)


def message(alert: Alert) -> str:
    """The alert as a CAP 1.2 document (UTF-8 text). Raises BadAlert where CAP would not allow it."""
    _check(alert)
    root = ET.Element("alert", {"xmlns": NAMESPACE})
    _put(root, "identifier", alert.identifier)
    _put(root, "sender", alert.sender)
    _put(root, "sent", _time(alert.sent))
    _put(root, "status", alert.status)
    _put(root, "msgType", alert.msg_type)
    _put(root, "scope", alert.scope)
    _put(root, "restriction", alert.restriction)
    _put(root, "addresses", " ".join(f'"{a}"' if " " in a else a for a in alert.addresses))
    _put(root, "note", alert.note)
    _put(root, "references", " ".join(alert.references))
    info = ET.SubElement(root, "info")
    _put(info, "language", alert.language)
    _put(info, "category", alert.category)
    _put(info, "event", alert.event)
    _put(info, "responseType", alert.response)
    _put(info, "urgency", alert.urgency)
    _put(info, "severity", alert.severity)
    _put(info, "certainty", alert.certainty)
    _put(info, "onset", _time(alert.onset) if alert.onset else None)
    _put(info, "expires", _time(alert.expires) if alert.expires else None)
    _put(info, "senderName", alert.sender_name)
    _put(info, "headline", alert.headline)
    _put(info, "description", alert.description)
    _put(info, "instruction", alert.instruction)
    _put(info, "web", alert.web)
    for name, value in (alert.parameters or {}).items():
        _pair(info, "parameter", name, value)
    for area in alert.areas:
        _area(info, area)
    ET.indent(root)
    return '<?xml version="1.0" encoding="UTF-8"?>\n' + ET.tostring(root, encoding="unicode") + "\n"


def _slug(text: str) -> str:
    return re.sub(r"[^\w.-]+", "-", text).strip("-")


def alarms(
    rows: Iterable[Mapping[str, Any]],
    things: Iterable[Mapping[str, Any]],
    *,
    tz: str,
    sender: str,
    run_id: str,
    status: str = "Exercise",
    reach_km: float = 1.0,
    valid_hours: float = 6.0,
) -> list[Alert]:
    """One alert for each row of the step `alarm` of early-warning (datastream_id, severity, label, threshold,
    start_ts in UTC, peak) whose thing is known. `things` are rows of `thing`, with `datastream_id` added.

    Severity rises with the rank of the threshold among those of its datastream; urgency and certainty say
    what a reading is: Immediate, Observed. The area is a circle of `reach_km` around the station.
    """
    by_stream = {t["datastream_id"]: t for t in things}
    zone, listed = ZoneInfo(tz), list(rows)
    top = {r["datastream_id"]: 0 for r in listed}
    for r in listed:
        top[r["datastream_id"]] = max(top[r["datastream_id"]], int(r["severity"]))
    made = []
    for r in sorted(listed, key=lambda r: (r["start_ts"], r["datastream_id"], r["severity"])):
        thing = by_stream.get(r["datastream_id"])
        if thing is None:
            continue
        start = r["start_ts"].replace(tzinfo=UTC).astimezone(zone)
        name, unit = thing.get("name") or thing["thing_id"], thing.get("unit", "")
        placed = thing.get("lon") is not None and thing.get("lat") is not None
        circle = (thing["lon"], thing["lat"], reach_km) if placed else None
        made.append(
            Alert(
                identifier=_slug(f"{run_id}.{r['datastream_id']}.{r['severity']}.{start:%Y%m%dT%H%M}"),
                sender=sender,
                sent=start,
                status=status,
                event=f"{thing.get('property', 'level')} threshold passed",
                headline=f"{name}: {r['label']} reached at {start:%Y-%m-%d %H:%M}",
                description=f"{name} read at or above {r['threshold']:g} {unit} ({r['label']}).".strip(),
                urgency="Immediate",
                certainty="Observed",
                severity=_BY_RANK[
                    min(4, max(1, int(r["severity"]) + 4 - max(3, top[r["datastream_id"]]) - 1))
                ],
                onset=start,
                expires=start + timedelta(hours=valid_hours),
                areas=[Area(name, circle=circle)],
                parameters={"threshold": f"{r['threshold']:g} {unit}".strip(), "run": run_id},
            )
        )
    return made
