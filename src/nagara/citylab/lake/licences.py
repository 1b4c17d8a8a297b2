"""Licences: may the rows of a source be passed on?

A licence is recognised by its whole name (see licences.toml). What is not recognised counts as forbidding:
a wrong "no" costs a question, a wrong "yes" breaks somebody's right.
"""

from __future__ import annotations

import re
import tomllib
from dataclasses import dataclass
from enum import StrEnum
from functools import cache
from importlib.resources import files


class Share(StrEnum):
    """What a licence lets one do with rows."""

    OPEN = "open"
    ALIKE = "open, alike"
    NON_COMMERCIAL = "non-commercial"
    FORBIDDEN = "forbidden"


@dataclass(frozen=True)
class Licence:
    """A licence as recognised: `id` (SPDX where it has one; "" for an unknown one) and its address."""

    id: str
    share: Share
    uri: str = ""


UNKNOWN = Licence("", Share.FORBIDDEN)

_VERSION = re.compile(
    r"(?P<name>.*?)((?P<version>[1-4][05])(igo|international|unported|generic|[a-z]{2})?|international)?"
)
_CC_ADDRESS = re.compile(r"https?://creativecommons\.org/licenses/(by[a-z-]*)/([1-4]\.\d)?.*", re.IGNORECASE)


def recognise(text: str | None) -> Licence:
    """The licence that `text` names; UNKNOWN where it is empty, or not a licence's name and nothing else."""
    text = (text or "").strip()
    if "?" in text and "://" not in text:  # somebody's doubt
        return UNKNOWN
    address = _CC_ADDRESS.fullmatch(text)
    if address:
        text = f"CC {address[1]} {address[2] or ''}"
    addresses, plain, versioned = _known()
    if text.rstrip("/").lower() in addresses:
        return addresses[text.rstrip("/").lower()]
    name = _squeeze(text)
    if name in plain:
        return plain[name]
    match = _VERSION.fullmatch(name)
    if match and match["name"] in versioned:
        licence = versioned[match["name"]]
        version = match["version"]
        if not version:
            return licence
        number = f"{version[0]}.{version[1]}"
        return Licence(f"{licence.id}-{number}", licence.share, licence.uri.replace("4.0", number))
    return UNKNOWN


def _squeeze(text: str) -> str:
    """Letters and digits only, without the words that people add or leave out."""
    text = re.sub(r"public licen[cs]e", "licence", text.lower())
    words = [re.sub(r"^v(?=\d)", "", word) for word in re.findall(r"[a-z0-9]+", text)]
    return "".join(word for word in words if word not in {"licence", "license", "version", "v", "the"})


@cache
def _known() -> tuple[dict[str, Licence], dict[str, Licence], dict[str, Licence]]:
    """Licences by address, by whole name, and by the name that a version may follow."""
    rows = tomllib.loads((files(__package__) / "licences.toml").read_text("utf-8"))["licence"]
    addresses, plain, versioned = {}, {}, {}
    for row in rows:
        licence = Licence(row["id"], Share(row["share"]), row["uri"])
        if licence.uri:
            addresses[licence.uri.rstrip("/").lower()] = licence
        for name in (row["id"], *row["names"]):
            plain[_squeeze(name)] = licence
            if row.get("versions"):
                versioned[_squeeze(name)] = licence
    return addresses, plain, versioned
