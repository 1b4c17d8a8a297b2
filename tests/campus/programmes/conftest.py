"""What the tests of the room begin with."""

from datetime import date

import pytest

from nagara.campus.programmes.domain import create_batch
from nagara.campus.programmes.domain.seeding import seed
from nagara.campus.programmes.models import Batch, ProgrammeVersion


@pytest.fixture
def policies(seeded) -> None:
    """Tracks, modules, rubrics and both programmes."""
    seed()


@pytest.fixture
def version(policies) -> ProgrammeVersion:
    return ProgrammeVersion.objects.select_related("programme").get(
        programme__slug="ascn-short-course", number=1
    )


@pytest.fixture
def batch(version) -> Batch:
    return create_batch(
        version=version,
        name="ASCN Short Course 2026",
        starts=date(2026, 3, 2),
        ends=date(2026, 3, 20),
        by=None,
        seats=3,
        host_name="The host university",
        host_state_id=_host(),
    )


def _host() -> int:
    from nagara.campus.cities.models import State

    return State.objects.get(iso2="KR").pk


@pytest.fixture
def filled_in():
    """The values of a form with rows, as a browser would send them back untouched."""
    return _filled


def _filled(page) -> dict[str, str]:
    form = page.context["form"]
    data = {}
    for part in (form.management_form, *form.forms):
        for field in part:
            value = field.value()
            if value is True:
                data[field.html_name] = "on"
            elif value is not None and value is not False:
                shown = field.field.widget.format_value(value)
                data[field.html_name] = shown if isinstance(shown, str) else str(value)
                if isinstance(shown, list):
                    data[field.html_name] = shown[0] if shown else ""
    return data
