"""The brief as one HTML file that needs nothing else: no script, no outside request."""

from __future__ import annotations

from pathlib import Path

from jinja2 import Environment, StrictUndefined
from markupsafe import Markup

from nagara.citylab.brief.document import Brief
from nagara.citylab.brief.palette import css, for_page

TEMPLATE = Path(__file__).with_name("page.html")


def page(brief: Brief, city_id: str) -> str:
    """The brief as HTML text."""
    environment = Environment(autoescape=True, undefined=StrictUndefined, trim_blocks=True)
    template = environment.from_string(TEMPLATE.read_text(encoding="utf-8"))

    def painted(svg: str) -> Markup:
        return Markup(for_page(svg))  # noqa: S704 - drawn by our own figures

    return template.render(brief=brief, city_id=city_id, css=Markup(css()), paint=painted)  # noqa: S704
