"""Offline packs: a module's lessons, a lab and its data as one signed zip, and the answers that come back.

A pack holds `manifest.json` (who, which lab, which snapshot, the sha256 of every other file) and
`signature.json` (Ed25519 over the manifest's bytes, with the public key). The answers come back as one JSON
file that carries the pack's ticket; what the ticket is worth, the site decides.
"""

from __future__ import annotations

import base64
import hashlib
import io
import json
import zipfile
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from nagara.citylab.errors import CityLabError

FORMAT = "nagara-pack/1"
ANSWERS = "nagara-answers/1"
MANIFEST, SIGNATURE = "manifest.json", "signature.json"
MOST_BYTES = 200_000_000
"""A pack that unpacks to more than this is not one of ours."""
MOST_ANSWERS = 500
MOST_ANSWER_BYTES = 2_000_000

Sign = Callable[[bytes], Mapping[str, str]]
"""Bytes -> {"key_id", "public", "signature"}: public key and signature in URL-safe base64."""


class BadPack(CityLabError):
    """A pack, or a file of answers, that cannot be taken."""


def seal(files: Mapping[str, bytes], facts: Mapping[str, Any], sign: Sign) -> bytes:
    """The zip. The same files, facts and key give the same bytes."""
    sums = {name: hashlib.sha256(data).hexdigest() for name, data in sorted(files.items())}
    manifest = json.dumps({"format": FORMAT, **facts, "files": sums}, ensure_ascii=False, indent=1).encode()
    signature = json.dumps(dict(sign(manifest)), indent=1).encode()
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as zipped:
        for name, data in ((MANIFEST, manifest), (SIGNATURE, signature), *sorted(files.items())):
            entry = zipfile.ZipInfo(name, (2020, 1, 1, 0, 0, 0))
            entry.external_attr = 0o644 << 16
            packed = zipfile.ZIP_STORED if name.endswith(".parquet") else zipfile.ZIP_DEFLATED
            zipped.writestr(entry, data, packed)
    return out.getvalue()


@dataclass(frozen=True)
class Verdict:
    """What a pack is: its manifest, the key that signed it, and what is wrong with it."""

    manifest: Mapping[str, Any]
    key_id: str
    fingerprint: str
    problems: tuple[str, ...] = ()

    @property
    def ok(self) -> bool:
        return not self.problems


def verify(pack: str | Path | bytes, *, public: str = "") -> Verdict:
    """Whether a pack is as it left the site. `public`: the site's key (URL-safe base64), where one knows it;
    else the key in the pack is taken, and its fingerprint tells whose it says it is. Raises BadPack for what
    is no pack at all."""
    try:
        with zipfile.ZipFile(io.BytesIO(pack) if isinstance(pack, bytes) else pack) as zipped:
            return _judge(zipped, public)
    except (OSError, zipfile.BadZipFile, KeyError, ValueError, TypeError, AttributeError) as error:
        raise BadPack("This is no pack.", mend="Take the zip file as it was downloaded.") from error


def _judge(zipped: zipfile.ZipFile, public: str) -> Verdict:
    if sum(entry.file_size for entry in zipped.infolist()) > MOST_BYTES:
        raise BadPack("This is too large for a pack.")
    raw = zipped.read(MANIFEST)
    manifest, said = json.loads(raw), json.loads(zipped.read(SIGNATURE))
    if manifest.get("format") != FORMAT:
        raise BadPack(f"This pack has the format {manifest.get('format')!r}; {FORMAT} is understood.")
    problems = []
    key = public or str(said["public"])
    if public and public != said["public"]:
        problems.append("It was not signed by the site's key.")
    if not _signed(raw, key, str(said["signature"])):
        problems.append("The signature is not that of this manifest.")
    listed, there = manifest["files"], {e.filename for e in zipped.infolist()} - {MANIFEST, SIGNATURE}
    problems += [f"{name} is missing." for name in sorted(set(listed) - there)]
    problems += [f"{name} does not belong to it." for name in sorted(there - set(listed))]
    for name in sorted(there & set(listed)):
        if hashlib.sha256(zipped.read(name)).hexdigest() != listed[name]:
            problems.append(f"{name} was changed.")
    return Verdict(manifest, str(said["key_id"]), fingerprint(key), tuple(problems))


def _signed(data: bytes, public: str, signature: str) -> bool:
    from cryptography.exceptions import InvalidSignature
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

    try:
        key = Ed25519PublicKey.from_public_bytes(base64.urlsafe_b64decode(public))
        key.verify(base64.urlsafe_b64decode(signature), data)
    except (InvalidSignature, ValueError):
        return False
    return True


def fingerprint(public: str) -> str:
    """A key in a form that people can compare."""
    digest = hashlib.sha256(public.encode()).hexdigest()[:32]
    return " ".join(digest[i : i + 4] for i in range(0, 32, 4))


@dataclass(frozen=True)
class Entry:
    """One answer as it was typed: the task, its mark (sent twice, it counts once), when (as the learner's
    device says), and the form's fields (URL-encoded)."""

    task: str
    key: str
    at: str
    form: str


@dataclass(frozen=True)
class Answers:
    """A file of answers: the ticket of the pack it belongs to, and the answers in the order of time."""

    ticket: str
    entries: tuple[Entry, ...] = field(default_factory=tuple)


def sum_of(entries: Iterable[Entry]) -> str:
    """The sum that the pack's page writes under its answers, to tell a file that was cut off or changed."""
    lines = ["\x1f".join((e.task, e.key, e.at, e.form)) for e in entries]
    return hashlib.sha256("\x1e".join(lines).encode()).hexdigest()


def read_answers(data: bytes) -> Answers:
    """A file of answers, checked for its form. Raises BadPack in plain words."""
    again = "Open the pack, press Save my answers, and bring that file as it is."
    if len(data) > MOST_ANSWER_BYTES:
        raise BadPack("This file is too large for answers.", mend=again)
    try:
        found = json.loads(data)
        entries = tuple(
            Entry(*(str(row[k]) for k in ("task", "key", "at", "form"))) for row in found["answers"]
        )
        kind, ticket, said = found["format"], str(found["ticket"]), found["sum"]
    except (ValueError, KeyError, TypeError, RecursionError) as error:
        raise BadPack("This is no file of answers.", mend=again) from error
    if kind != ANSWERS:
        raise BadPack("This file of answers has another format.", mend=again)
    if len(entries) > MOST_ANSWERS:
        raise BadPack(f"These are more than {MOST_ANSWERS} answers.", mend=again)
    if any(not 8 <= len(e.key) <= 64 or len(e.form) > 100_000 for e in entries):
        raise BadPack("An answer in this file cannot be read.", mend=again)
    if sum_of(entries) != said:
        raise BadPack("This file was changed after it was saved, or was cut off on the way.", mend=again)
    return Answers(ticket, entries)
