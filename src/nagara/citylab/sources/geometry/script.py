"""Data wrapped in JavaScript (`var zones = {...};`), as web maps ship them: to JSON, without running it."""

from __future__ import annotations

import re

_WRAPPED = re.compile(
    r"\s*(?:export\s+default|module\.exports\s*=|(?:var|let|const)\s+[\w$]+\s*=|[\w$.]+\s*=)\s*"
)
_TOKEN = re.compile(
    r"""(?P<double>"(?:[^"\\]|\\.)*")|(?P<single>'(?:[^'\\]|\\.)*')|(?P<comment>//[^\n]*|/\*.*?\*/)"""
    r"""|(?P<key>[A-Za-z_$][\w$]*)(?=\s*:)|(?P<trail>,(?=(?:\s|//[^\n]*|/\*.*?\*/)*[}\]]))"""
    r"""|(?P<word>undefined|NaN)|(?P<end>;)""",
    re.DOTALL,
)


def is_script(head: bytes) -> bool:
    """Whether the first bytes of a file look like data assigned to a JavaScript variable."""
    text = head[:2000].decode("utf-8", "ignore")
    match = _WRAPPED.match(text)
    return match is not None and text[match.end() : match.end() + 1] in ("{", "[")


def to_json(text: str) -> str:
    """The first object or list that a script assigns, as JSON text: keys and strings in double quotes, no
    comments, no trailing commas. What it gives may still be no JSON; the JSON reader then says so."""
    match = _WRAPPED.match(text)
    body = text[match.end() :] if match else text
    out: list[str] = []
    at = 0
    for token in _TOKEN.finditer(body):
        out.append(body[at : token.start()])
        at = token.end()
        kind = token.lastgroup
        if kind == "end":
            return "".join(out)
        out.append(_replaced(kind or "", token[0]))
    out.append(body[at:])
    return "".join(out)


def _replaced(kind: str, text: str) -> str:
    if kind == "double":
        return text
    if kind == "single":
        inner = text[1:-1].replace("\\'", "'")
        return '"' + re.sub(r'(?<!\\)"', '\\"', inner) + '"'
    if kind == "key":
        return f'"{text}"'
    return "null" if kind == "word" else ""
