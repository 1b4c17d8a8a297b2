"""Who reads a lesson: in which variant, on which city, within which batch; and how links keep that."""

from __future__ import annotations

from dataclasses import dataclass
from urllib.parse import urlencode

from django.http import HttpRequest

from nagara.campus.lessons import examples
from nagara.campus.lessons.variants import Chosen, curricula, place_of
from nagara.campus.programmes.models import Batch
from nagara.citylab.lessons import VARIANTS


@dataclass(frozen=True)
class Reader:
    """`chosen` is what fits the person; `variant` and `city` are what the address asks for, else the same."""

    chosen: Chosen
    variant: str
    city: str
    batch: Batch | None
    asked: dict[str, str]

    @property
    def own_choice(self) -> bool:
        return self.variant != self.chosen.variant

    @property
    def query(self) -> str:
        """What links carry along: only what was asked for."""
        return f"?{urlencode(self.asked)}" if self.asked else ""

    def with_(self, **changes: str) -> str:
        """The query of a link that changes one thing; an empty value takes it away."""
        found = {k: v for k, v in {**self.asked, **changes}.items() if v}
        return f"?{urlencode(found)}" if found else "?"

    def wanted_cities(self) -> list[str]:
        """Cities in the order in which the page tries them."""
        batch_city = examples.example_city(self.batch) if self.batch and examples.example_city else ""
        return [slug for slug in (self.city, self.chosen.city_slug, batch_city) if slug]


def reader(request: HttpRequest, code: str) -> Reader:
    """The reader of a module's pages."""
    place = place_of(request.user)
    batch, city = (place.batch, place.city) if place else (None, None)
    if place is None:
        chosen = Chosen("standard", "", "Most people begin with Standard.")
    else:
        chosen = curricula(batch, [city] if city else []).choose(city, code)
    asked = {}
    if (variant := request.GET.get("variant", "")) in VARIANTS:
        asked["variant"] = variant
    slug = request.GET.get("city", "")
    if slug and len(slug) < 64 and slug.replace("-", "").replace("_", "").isalnum():
        asked["city"] = slug
    return Reader(chosen, asked.get("variant", chosen.variant), asked.get("city", ""), batch, asked)
