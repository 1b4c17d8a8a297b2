"""What a new site starts with."""

import pytest

from nagara.campus.cities.domain.seeding import seed
from nagara.campus.cities.models import City, FocusArea, Framework, Membership, Project, State
from nagara.campus.cities.seeds import known_city

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def empty(db) -> None:
    """The site before its first start."""
    for model in (Project, Membership, City, State, FocusArea, Framework):
        model.objects.all().delete()


def test_seeding_brings_the_member_cities_states_frameworks_and_projects():
    assert seed() == {"states": 12, "frameworks": 7, "cities": 38, "projects": 134}
    assert City.objects.members().count() == 38
    assert State.objects.filter(cities__isnull=False).distinct().count() == 11
    assert set(FocusArea.objects.values_list("name", flat=True)) == {
        "Civic & Social",
        "Health & Well-Being",
        "Safety & Security",
        "Quality Environment",
        "Built Infrastructure",
        "Industry & Innovation",
    }


def test_seeding_twice_adds_nothing():
    seed()
    assert seed() == {"states": 0, "frameworks": 0, "cities": 0, "projects": 0}


def test_seeding_again_leaves_the_edits_of_the_office_alone():
    seed()
    City.objects.filter(slug="dili").update(tz="Asia/Tokyo")
    Framework.objects.filter(key="acsp").update(title="As decided")
    Project.objects.all()[0].delete()
    seed()
    assert City.objects.get(slug="dili").tz == "Asia/Tokyo"
    assert Framework.objects.get(key="acsp").title == "As decided"
    assert Project.objects.count() == 133


def test_a_city_that_left_is_no_member_any_more(seeded, today):
    Membership.objects.filter(city__slug="phuket").update(until=today.replace(year=today.year - 1))
    assert "phuket" not in City.objects.members().values_list("slug", flat=True)
    assert City.objects.filter(slug="phuket").exists()


def test_the_command_line_knows_a_city_without_the_site():
    yangon = known_city("yangon")
    assert (yangon.name, yangon.country, yangon.tz) == ("Yangon", "MM", "Asia/Yangon")
    assert known_city("atlantis") is None
