"""What a booklet holds by default, and its texts in good order."""

from __future__ import annotations

import copy
from functools import cache
from pathlib import Path
from typing import Any

import yaml

from nagara.campus.programmes.models import Batch
from nagara.citylab.errors import CityLabError

SEEDS = Path(__file__).resolve().parents[1] / "seeds"
FROM_VERSION = ("documents", "eligibility", "quotas")
"""What a programme version may say itself; it goes before the seed of the track."""


@cache
def _seed(track: str) -> dict[str, Any]:
    path = SEEDS / f"{track}.yaml"
    if not path.is_file():
        path = SEEDS / "event.yaml"
    with path.open(encoding="utf-8") as file:
        return dict(yaml.safe_load(file))


def defaults(batch: Batch) -> dict[str, Any]:
    """Fields of a new call: the seed of the batch's track, with what the programme version says itself."""
    version = batch.version
    fields = copy.deepcopy(_seed(version.programme.track.slug))
    for name in FROM_VERSION:
        said = version.rules.get(name)
        if isinstance(said, list) and said:
            fields[name] = copy.deepcopy(said)
    return fields


def check(sections: Any) -> list[dict[str, str]]:
    """Sections in good order: `key`, `title`, `text` (Markdown). Raises CityLabError."""
    if not isinstance(sections, list):
        raise CityLabError("The booklet is a list of sections.", where="sections")
    checked = []
    for number, section in enumerate(sections, start=1):
        if not isinstance(section, dict) or not str(section.get("title", "")).strip():
            raise CityLabError("A section needs a title.", where=f"section {number}")
        checked.append(
            {
                "key": str(section.get("key") or f"section-{number}"),
                "title": str(section["title"]).strip(),
                "text": str(section.get("text", "")).strip(),
            }
        )
    return checked
