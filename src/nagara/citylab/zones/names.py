"""Which zone a name means: exact, then normalised, then a proposal that a person must confirm.

Names of larger units around a name ("within") tell apart zones of one name, and stop a name from matching a
zone elsewhere. Nothing that is only alike is ever taken without a person.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache

import pyarrow as pa
from rapidfuzz import fuzz, process

from nagara.citylab.findings import Findings

ALIKE = 75.0
"""Score (0-100) from which a name is worth proposing."""
_ROMAN = {
    "ii": "2",
    "iii": "3",
    "iv": "4",
    "v": "5",
    "vi": "6",
    "vii": "7",
    "viii": "8",
    "ix": "9",
    "x": "10",
}
_ROMAN["i"] = "1"
Key = tuple[str, tuple[str, ...]]


@dataclass(frozen=True)
class Proposal:
    """A zone that a name may mean. `within` are the larger units that the file names, smallest first."""

    name: str
    within: tuple[str, ...]
    zone_id: str
    zone_name: str
    score: float

    @property
    def key(self) -> str:
        """How the name stands in a file of confirmed matches."""
        return "/".join((*reversed(self.within), self.name))


@dataclass(frozen=True)
class Match:
    """What became of one name. `how`: exact, normalised, confirmed, unknown zone, left out, proposed,
    ambiguous, none."""

    zone_id: str | None
    how: str
    proposal: Proposal | None = None


@lru_cache(maxsize=200_000)
def normalise(name: str, drop: tuple[str, ...] = ()) -> str:
    """A name without what writers vary: case, accents of Latin letters, signs, runs of blanks, Roman
    numerals. `drop`: words that stand before or after names, such as the local word for district."""
    text = unicodedata.normalize("NFKC", name).strip()
    for word in drop:
        text = text.removeprefix(word).strip() if text.startswith(word) else text
        text = text.removesuffix(word).strip() if text.endswith(word) else text
    # Only accents on Latin letters (U+0300-036F) go: vowel signs of Thai, Khmer or Lao are letters.
    text = "".join(c for c in unicodedata.normalize("NFKD", text) if not "\u0300" <= c <= "\u036f")
    text = text.replace("đ", "d").replace("Đ", "D").casefold()
    text = "".join(c if unicodedata.category(c)[0] in "LNM" else " " for c in text)
    words = text.split()
    return " ".join([*words[:1], *(_ROMAN.get(w, w.lstrip("0") or "0") for w in words[1:])])


def joined(name: str, drop: tuple[str, ...] = ()) -> str:
    """A normalised name without blanks: 'BALE KAMBANG' and 'Balekambang' become one."""
    return normalise(name, drop).replace(" ", "")


def score(one: str, two: str) -> float:
    """How alike two names are, 0-100: letters without blanks, or all words of one within the other."""
    a, b = joined(one), joined(two)
    whole = fuzz.ratio(a, b)
    words = fuzz.token_set_ratio(normalise(one), normalise(two)) if min(len(a), len(b)) >= 5 else 0.0
    return max(whole, 0.9 * words)


class Gazetteer:
    """The names of zones, ready to be asked. `zones`: canonical zone table; `level`: a number or a level's
    name, None for every level."""

    def __init__(self, zones: pa.Table, level: int | str | None = None, drop: Sequence[str] = ()) -> None:
        columns = ["zone_id", "level", "level_name", "parent_id", "name", "name_local"]
        rows = zones.select(columns).to_pylist()
        self.drop = tuple(drop)
        self._all = {row["zone_id"]: row for row in rows}
        self.zones = {row["zone_id"]: row for row in rows if _is_of(row, level)}
        self._exact: dict[str, list[str]] = {}
        self._plain: dict[str, list[str]] = {}
        for zone_id, row in self.zones.items():
            for name in {row["name"], row["name_local"]} - {None, ""}:
                self._exact.setdefault(name.strip(), []).append(zone_id)
                self._plain.setdefault(normalise(name, self.drop), []).append(zone_id)

    def around(self, zone_id: str) -> list[str]:
        """Names of the units that hold a zone, smallest first."""
        names, seen = [], {zone_id}
        row = self._all.get(zone_id)
        while row and row["parent_id"] and row["parent_id"] not in seen:
            seen.add(row["parent_id"])
            row = self._all.get(row["parent_id"])
            names += [n for n in (row["name"], row["name_local"]) if n] if row else []
        return names

    def match(self, keys: Iterable[Key], accepted: Mapping[str, str] | None = None) -> dict[Key, Match]:
        """What each (name, names of the units around it) means.

        `accepted` maps a name, or "unit/name" with larger units before it, to the zone_id that a person
        confirmed; "" leaves the name out on purpose. A zone is proposed for one name only.
        """
        said = accepted or {}
        found: dict[Key, Match] = {}
        open_keys = []
        for key in dict.fromkeys(keys):
            match = self._confirmed(key, said) or self._same(key)
            if match is None:
                open_keys.append(key)
            else:
                found[key] = match
        taken = {match.zone_id for match in found.values()}
        return found | self._proposed(open_keys, taken)

    def _confirmed(self, key: Key, said: Mapping[str, str]) -> Match | None:
        name, within = key
        path = [name]
        candidates = [name]
        for unit in within:
            path.insert(0, unit)
            candidates.insert(0, "/".join(path))
        for candidate in candidates:
            if candidate in said:
                zone_id = said[candidate]
                if not zone_id:
                    return Match(None, "left out")
                return Match(zone_id, "confirmed") if zone_id in self._all else Match(None, "unknown zone")
        return None

    def _same(self, key: Key) -> Match | None:
        """The one zone of exactly this name, else of this normalised name, that its surroundings allow."""
        name, within = key
        for how, found in (
            ("exact", self._exact.get(name.strip(), [])),
            ("normalised", self._plain.get(normalise(name, self.drop), [])),
        ):
            ids = list(dict.fromkeys(found))
            fitting = [zone for zone in ids if self._fits(zone, within)]
            if len(fitting) > 1:
                best = max(self._closeness(zone, within) for zone in fitting)
                fitting = [zone for zone in fitting if self._closeness(zone, within) == best]
            if len(fitting) == 1:
                return Match(fitting[0], how)
            if len(fitting) > 1:
                return Match(None, "ambiguous")
        return None

    def _fits(self, zone_id: str, within: Sequence[str]) -> bool:
        """Whether nothing that the file says about larger units speaks against a zone."""
        around = self.around(zone_id)
        return not within or not around or self._closeness(zone_id, within) > 0

    def _closeness(self, zone_id: str, within: Sequence[str]) -> int:
        """How many of the named larger units are, but for spelling, units around the zone."""
        around = self.around(zone_id)
        return sum(any(score(unit, name) >= 85 for name in around) for unit in within)

    def _proposed(self, keys: Sequence[Key], taken: set[str | None]) -> dict[Key, Match]:
        free = {zone_id: row for zone_id, row in self.zones.items() if zone_id not in taken}
        names = {zone_id: row["name"] or row["name_local"] or zone_id for zone_id, row in free.items()}
        ranked: list[tuple[float, Key, str]] = []
        for key in keys:
            for zone_id, alike in self._alike(key, names):
                ranked.append((alike, key, zone_id))
        ranked.sort(key=lambda item: (-item[0], item[1], item[2]))
        out = {key: Match(None, "none") for key in keys}
        used: set[str] = set()
        for alike, key, zone_id in ranked:
            if out[key].how == "none" and zone_id not in used:
                used.add(zone_id)
                proposal = Proposal(key[0], key[1], zone_id, names[zone_id], round(alike, 1))
                out[key] = Match(None, "proposed", proposal)
        return out

    def _alike(self, key: Key, names: Mapping[str, str]) -> list[tuple[str, float]]:
        """Zones worth proposing, best first: alike in name and not elsewhere."""
        name, within = key
        target = joined(name, self.drop)
        near = process.extract(
            target,
            {zone_id: joined(n, self.drop) for zone_id, n in names.items()},
            scorer=fuzz.WRatio,
            limit=30,
            score_cutoff=60,
        )
        out = []
        for _, _, zone_id in near:
            alike = score(name, names[zone_id])
            if alike >= ALIKE and self._fits(zone_id, within):
                out.append((zone_id, alike))
            elif alike >= 95:  # the very name, but elsewhere: worth a look, no more
                out.append((zone_id, alike - 30))
        return out


def _is_of(row: Mapping[str, object], level: int | str | None) -> bool:
    if level is None:
        return True
    same_word = str(row["level_name"] or "").casefold() == str(level).casefold()
    return level == row["level"] or same_word


def proposals_text(findings: Findings) -> str:
    """Proposals of an import as a TOML file of matches: every line is a comment until a person takes its
    sign away. What is left uncommented is given back with `--accept-matches`."""
    lines = [
        "# Names in the file, and the zone that each may mean. Take the # away where it is right; correct",
        '# the zone id where it is not; "" says that the name is of no zone and is left out on purpose.',
        "# Names left with a # are set aside and asked for again. Import again with this file.",
        "[matches]",
    ]
    for proposal in findings.proposals:
        lines.append(f"# {proposal.zone_name!r}, alike by {proposal.score:.0f} of 100")
        lines.append(f"# {_quoted(proposal.key)} = {_quoted(proposal.zone_id)}")
    return "\n".join(lines) + "\n"


def _quoted(text: str) -> str:
    """A TOML basic string."""
    plain = re.sub(r"[\x00-\x1f\x7f]", " ", text)
    return '"' + plain.replace("\\", "\\\\").replace('"', '\\"') + '"'
