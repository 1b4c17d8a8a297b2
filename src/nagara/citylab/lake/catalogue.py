"""The catalogue of an export: DCAT 3 as JSON-LD, and the same in words."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from nagara.citylab.lake.licences import Licence
from nagara.citylab.tables import TABLES

if TYPE_CHECKING:
    from nagara.citylab.lake.exporting import ExportedTable, LeftOut

CONTEXT = {
    "dcat": "http://www.w3.org/ns/dcat#",
    "dct": "http://purl.org/dc/terms/",
    "foaf": "http://xmlns.com/foaf/0.1/",
    "geosparql": "http://www.opengis.net/ont/geosparql#",
    "locn": "http://www.w3.org/ns/locn#",
    "prov": "http://www.w3.org/ns/prov#",
    "rdfs": "http://www.w3.org/2000/01/rdf-schema#",
    "xsd": "http://www.w3.org/2001/XMLSchema#",
}
PARQUET = "https://www.iana.org/assignments/media-types/application/vnd.apache.parquet"


def catalogue(
    city: Mapping[str, Any],
    sources: Sequence[Mapping[str, Any]],
    licences: Mapping[str, Licence],
    tables: Iterable[ExportedTable],
    snapshot: int,
    when: dt.datetime,
) -> str:
    """DCAT 3 (W3C Recommendation, 22 August 2024): one dataset a table, one a source it came from."""
    by_id = {row["source_id"]: row for row in sources}
    datasets = [_table(done, by_id, licences, when) for done in tables]
    datasets += [_source(row, licences[row["source_id"]]) for row in sources]
    graph = {
        "@context": CONTEXT,
        "@id": "#catalogue",
        "@type": "dcat:Catalog",
        "dct:title": f"{city['name']}: city tables",
        "dct:description": f"Snapshot {snapshot} of the city {city['city_id']}, in canonical tables.",
        "dct:issued": _moment(when),
        "dct:publisher": {"@type": "foaf:Agent", "foaf:name": f"Nagara, city {city['city_id']}"},
        "dct:spatial": _place(city),
        "dct:conformsTo": {"@id": "https://www.w3.org/TR/vocab-dcat-3/"},
        "dcat:dataset": datasets,
    }
    return json.dumps(graph, indent=1, ensure_ascii=False) + "\n"


def _table(
    done: ExportedTable,
    sources: Mapping[str, Mapping[str, Any]],
    licences: Mapping[str, Licence],
    when: dt.datetime,
) -> dict[str, Any]:
    rows = [sources[s] for s in done.sources if s in sources]
    distribution: dict[str, Any] = {
        "@type": "dcat:Distribution",
        "dct:title": done.file,
        "dcat:downloadURL": {"@id": quote(done.file)},
        "dcat:mediaType": {"@id": PARQUET},
        "dcat:byteSize": {"@value": str(done.bytes), "@type": "xsd:nonNegativeInteger"},
        "dct:issued": _moment(when),
    } | _rights(rows, licences)
    if "geom_wkb" in TABLES[done.name].column:
        distribution["dct:conformsTo"] = {"@id": "https://geoparquet.org/releases/v1.1.0/"}
    return {
        "@id": f"#table-{done.name}",
        "@type": "dcat:Dataset",
        "dct:title": done.name,
        "dct:description": f"{TABLES[done.name].meaning} ({done.rows:,} rows)",
        "dct:source": [{"@id": _source_id(row)} for row in rows],
        "dcat:distribution": [distribution],
    }


def _rights(rows: Sequence[Mapping[str, Any]], licences: Mapping[str, Licence]) -> dict[str, Any]:
    """One licence where all rows have the same; else words that send to each source's own."""
    found = {licences[row["source_id"]] for row in rows}
    named = "; ".join(sorted({row["attribution"] for row in rows if row["attribution"]}))
    said: dict[str, Any] = {}
    if len(found) == 1:
        said["dct:license"] = _licence(next(iter(found)))
    text = [] if len(found) == 1 else ["Each row has the licence of its source (column source_id)."]
    if named:
        text.append(f"Attribution: {named}")
    if text and rows:
        said["dct:rights"] = {"@type": "dct:RightsStatement", "rdfs:label": " ".join(text)}
    return said


def _source(row: Mapping[str, Any], licence: Licence) -> dict[str, Any]:
    found: dict[str, Any] = {
        "@id": _source_id(row),
        "@type": "dcat:Dataset",
        "dct:identifier": row["source_id"],
        "dct:title": row["title"] or row["source_id"],
        "dct:type": row["nature"],
        "dct:license": _licence(licence),
    }
    if row["attribution"]:
        found["dct:rightsHolder"] = {"@type": "foaf:Agent", "foaf:name": row["attribution"]}
        found["dct:rights"] = {"@type": "dct:RightsStatement", "rdfs:label": row["attribution"]}
    if row["uri"] and "://" in row["uri"] and " " not in row["uri"]:
        found["dcat:landingPage"] = {"@id": row["uri"]}
    elif row["uri"]:
        found["dct:provenance"] = {"@type": "dct:ProvenanceStatement", "rdfs:label": row["uri"]}
    if row["imported_at"]:
        found["dct:modified"] = _moment(row["imported_at"])
    if row["valid_from"] or row["valid_to"]:
        period: dict[str, Any] = {"@type": "dct:PeriodOfTime"}
        for name, key in (("dcat:startDate", "valid_from"), ("dcat:endDate", "valid_to")):
            if row[key]:
                period[name] = {"@value": row[key].isoformat(), "@type": "xsd:date"}
        found["dct:temporal"] = period
    return found


def _licence(licence: Licence) -> dict[str, Any]:
    address = {"@id": licence.uri} if licence.uri else {}
    return address | {"@type": "dct:LicenseDocument", "dct:title": licence.id}


def _source_id(row: Mapping[str, Any]) -> str:
    return f"#source-{quote(row['source_id'], safe='')}"


def _place(city: Mapping[str, Any]) -> dict[str, Any]:
    place: dict[str, Any] = {"@type": "dct:Location", "rdfs:label": f"{city['name']}, {city['country']}"}
    if city["bbox"]:
        w, s, e, n = city["bbox"]
        ring = ", ".join(f"{x} {y}" for x, y in ((w, s), (e, s), (e, n), (w, n), (w, s)))
        place["dcat:bbox"] = {"@value": f"POLYGON(({ring}))", "@type": "geosparql:wktLiteral"}
    return place


def _moment(when: dt.datetime) -> dict[str, str]:
    return {"@value": when.isoformat(timespec="seconds"), "@type": "xsd:dateTime"}


def readme(
    city: Mapping[str, Any],
    sources: Sequence[Mapping[str, Any]],
    licences: Mapping[str, Licence],
    tables: Iterable[ExportedTable],
    left_out: Sequence[LeftOut],
    when: dt.datetime,
) -> str:
    """The catalogue for people: tables, whom to name, what is missing and why."""
    lines = [f"# {city['name']}", "", f"Exported on {when:%Y-%m-%d}. See also catalogue.jsonld (DCAT 3).", ""]
    lines += ["| table | rows | meaning |", "|---|---|---|"]
    lines += [f"| {t.file} | {t.rows:,} | {TABLES[t.name].meaning} |" for t in tables]
    lines += ["", "## Name these sources beside any figure", ""]
    for row in sources:
        licence = licences[row["source_id"]]
        words = row["attribution"] or row["title"] or row["source_id"]
        lines.append(f"- {row['source_id']}: {words} ({licence.id}, {row['nature']})")
    if left_out:
        lines += ["", "## Left out because of their licence", ""]
        lines += [f"- {left.source_id} ({left.rows:,} rows): {left.why}" for left in left_out]
    return "\n".join(lines) + "\n"
