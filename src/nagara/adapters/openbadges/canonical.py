"""The one form of a document that is hashed: RDFC-1.0 (JSON-LD) and JCS (RFC 8785)."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable
from decimal import Decimal
from typing import Any

from nagara.adapters.openbadges.contexts import Contexts, UnknownContext


class Dropped(Exception):
    """A document has a property that no context explains: it would not be signed."""


def rdf_canonical(document: dict[str, Any], contexts: Contexts) -> str:
    """The document as canonical N-Quads. Raises UnknownContext, Dropped, or ValueError for what is no
    JSON-LD."""
    from pyld import jsonld

    lost: list[Any] = []
    options = {"documentLoader": loader(contexts), "base": ""}
    try:
        expanded = jsonld.JsonLdProcessor(on_property_dropped=lost.append).expand(document, dict(options))
        if lost:
            raise Dropped(f"{len(lost)} properties are explained by no context")
        made = jsonld.normalize(
            expanded,
            {"algorithm": "URDNA2015", "format": "application/n-quads", **options},
        )
    except jsonld.JsonLdError as error:
        unknown = _cause(error)
        if unknown is not None:
            raise unknown from error
        raise ValueError(f"this is no sound JSON-LD: {error.type}") from error
    return str(made)


def _cause(error: BaseException | None) -> UnknownContext | None:
    seen: set[int] = set()
    while error is not None and id(error) not in seen:
        if isinstance(error, UnknownContext):
            return error
        seen.add(id(error))
        error = getattr(error, "cause", None) or error.__cause__ or error.__context__
    return None


def loader(contexts: Contexts) -> Callable[..., dict[str, Any]]:
    """A document loader that knows the given contexts only."""

    def get(url: str, _options: Any = None) -> dict[str, Any]:
        if url not in contexts:
            raise UnknownContext(url)
        return {
            "contentType": "application/ld+json",
            "contextUrl": None,
            "documentUrl": url,
            "document": contexts[url],
        }

    return get


def sha256(text: str | bytes) -> bytes:
    return hashlib.sha256(text.encode() if isinstance(text, str) else text).digest()


def json_canonical(value: Any) -> str:
    """RFC 8785 for what credentials hold: objects sorted by UTF-16 code units, numbers as ECMAScript."""
    if isinstance(value, dict):
        rows = sorted(value.items(), key=lambda item: item[0].encode("utf-16-be"))
        return "{" + ",".join(f"{json_canonical(k)}:{json_canonical(v)}" for k, v in rows) + "}"
    if isinstance(value, list):
        return "[" + ",".join(json_canonical(item) for item in value) + "]"
    if isinstance(value, float):
        return _number(value)
    return json.dumps(value, ensure_ascii=False)


def _number(value: float) -> str:
    if value == int(value) and abs(value) < 1e21:
        return str(int(value))
    text = repr(value)
    mantissa, mark, power = text.partition("e")
    if not mark:
        return text
    if -7 < int(power) < 0:
        return f"{Decimal(text):f}"
    return f"{mantissa.removesuffix('.0')}e{'+' if int(power) > 0 else ''}{int(power)}"
