"""What the tests of the room begin with."""

import pytest

from nagara.campus.programmes.models import Batch, Enrolment

from .factories import enrol, make_batch


@pytest.fixture
def batch(seeded) -> Batch:
    return make_batch()


@pytest.fixture
def student(batch) -> Enrolment:
    return enrol(batch)
