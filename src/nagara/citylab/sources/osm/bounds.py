"""Where an extract ends. Complete ways and relations reach far outside it, so its nodes cannot tell."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from nagara.citylab.findings import Findings, Refusal
from nagara.citylab.sources import Options
from nagara.citylab.sources.osm.streets import Box

_CLIPS = ("bounds", "none")


def boxes_of(
    heads: Sequence[Mapping[str, Any]], where: str, options: Options, findings: Findings
) -> list[Box]:
    """The rectangles (west, south, east, north) that the data are cut to; none means: taken whole.

    `[osm] bbox` of the mapping wins; then the bounds that the files declare, within the city's own box.
    Raises Refusal where the extract lies outside the city's box or the mapping cannot be followed.
    """
    wish = options.map.get("osm", {})
    clip = wish.get("clip", "bounds")
    if clip not in _CLIPS:
        raise Refusal(
            f"[osm] clip = {clip!r} is not known", findings, mend=f"Use one of: {', '.join(_CLIPS)}."
        )
    if "bbox" in wish:
        return [_box(wish["bbox"], findings)]
    if clip == "none":
        findings.note("not-cut", "taken whole, as the mapping says.", file=where)
        return []
    declared = [tuple(head["bounds"]) for head in heads if head.get("bounds")]
    if len(declared) < len(heads):
        declared = []
    city = [options.bbox] if options.bbox else []
    if not declared and not city:
        findings.warn(
            "no-bounds",
            "the file does not say where it ends, and the city has no box: taken whole.",
            file=where,
            mend="Give the city a box, or [osm] bbox = [west, south, east, north] in the mapping.",
        )
        return []
    if not declared or not city:
        return [_box(box, findings) for box in declared or city]
    both = [_common(box, city[0]) for box in declared]
    boxes = [box for box in both if box is not None]
    if not boxes:
        findings.refuse(
            "outside-city",
            f"the extract ({_text(declared[0])}) lies outside the city's box ({_text(city[0])}).",
            file=where,
            mend='Correct the city\'s box, or say [osm] clip = "none" in the mapping.',
        )
        raise Refusal("the extract lies outside the city", findings, where=where)
    return boxes


def _text(box: Sequence[float]) -> str:
    return ", ".join(f"{value:g}" for value in box)


def _box(value: Any, findings: Findings) -> Box:
    try:
        west, south, east, north = (float(part) for part in value)
    except (TypeError, ValueError):
        west, south, east, north = 1.0, 0.0, 0.0, 0.0
    if not (-180 <= west < east <= 180 and -90 <= south < north <= 90):
        raise Refusal(
            f"the box {value!r} is not west, south, east, north in degrees",
            findings,
            mend="Write [osm] bbox = [west, south, east, north].",
        )
    return west, south, east, north


def _common(a: Sequence[float], b: Sequence[float]) -> Box | None:
    west, south, east, north = max(a[0], b[0]), max(a[1], b[1]), min(a[2], b[2]), min(a[3], b[3])
    return (west, south, east, north) if west < east and south < north else None
