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
