"""Markdown that people wrote, once for every room: as HTML for the page, as blocks for typst."""

from __future__ import annotations

from functools import cache
from typing import Any

from django.utils.safestring import SafeString
from markdown_it import MarkdownIt
from markdown_it.token import Token

HEADING_BELOW = 2
"""A section's own title is h2: headings in its text stand below it."""


@cache
def _markdown() -> MarkdownIt:
    """CommonMark with tables, without raw HTML and pictures: nothing in it can run or call another site."""
    return MarkdownIt("commonmark", {"html": False}).enable("table").disable("image")


def html(text: str, below: int = HEADING_BELOW) -> SafeString:
    """Markdown as HTML. Raw HTML in it is shown as text; addresses are checked by the renderer. `below`: how
    far its headings stand below h1."""
    tokens = _markdown().parse(text)
    last = below
    for token in tokens:
        if token.type == "heading_open":
            last = min(6, int(token.tag[1]) + below, last + 1)  # no level is left out, whatever people wrote
        if token.type in {"heading_open", "heading_close"}:
            token.tag = f"h{last}"
    rendered = _markdown().renderer.render(tokens, _markdown().options, {})
    wide = rendered.replace("<table>", '<div class="scroll"><table>')
    return SafeString(wide.replace("</table>", "</table></div>"))


def blocks(text: str) -> list[dict[str, Any]]:
    """Markdown as plain blocks for typst: {kind: p, h, ul, ol; runs or items of runs}."""
    found: list[dict[str, Any]] = []
    lists: list[dict[str, Any]] = []
    heading = 0
    for token in _markdown().parse(text):
        if token.type in {"bullet_list_open", "ordered_list_open"}:
            lists.append({"kind": "ul" if token.type.startswith("bullet") else "ol", "items": []})
            if len(lists) == 1:
                found.append(lists[0])
        elif token.type in {"bullet_list_close", "ordered_list_close"}:
            lists.pop()
        elif token.type == "heading_open":
            heading = int(token.tag[1])
        elif token.type == "inline":
            runs = _runs(token.children or [])
            if lists:
                lists[0]["items"].append(runs)
            else:
                found.append({"kind": "h" if heading else "p", "runs": runs})
            heading = 0
        elif token.type in {"fence", "code_block"}:
            found.append({"kind": "p", "runs": [{"text": token.content, "bold": False, "italic": False}]})
    return found


def _runs(tokens: list[Token]) -> list[dict[str, Any]]:
    runs: list[dict[str, Any]] = []
    bold = italic = 0
    address = ""
    for token in tokens:
        bold += {"strong_open": 1, "strong_close": -1}.get(token.type, 0)
        italic += {"em_open": 1, "em_close": -1}.get(token.type, 0)
        if token.type == "link_open":
            address = str(token.attrs.get("href", ""))
        elif token.type == "link_close":
            runs.append({"text": f" ({address})", "bold": False, "italic": False})
        text = {"softbreak": " ", "hardbreak": "\n"}.get(token.type, token.content)
        if text and token.type in {"text", "code_inline", "softbreak", "hardbreak", "text_special"}:
            runs.append({"text": text, "bold": bold > 0, "italic": italic > 0})
    return runs
