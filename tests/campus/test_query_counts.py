"""Lists ask the database as often for three items as for one."""

import pytest

from nagara.campus.cities.models import City, CityMember, Membership
from nagara.campus.lab.models import ImportJob, RunJob


def _keep(count: int) -> None:
    keep = list(City.objects.values_list("pk", flat=True)[:count])
    Membership.objects.exclude(city__in=keep).delete()


@pytest.mark.parametrize("count", [1, 3])
def test_the_list_of_cities(count, seeded, client, django_assert_num_queries):
    _keep(count)
    with django_assert_num_queries(3):  # members, states, focus areas
        client.get("/cities/")


@pytest.mark.parametrize("count", [1, 3])
def test_the_first_page(count, seeded, client, django_assert_num_queries):
    _keep(count)
    with django_assert_num_queries(4):  # members, projects, webinars to come, open calls
        client.get("/")


@pytest.mark.parametrize("count", [1, 3])
def test_a_city_with_its_projects(count, seeded, client, django_assert_num_queries):
    city = City.objects.get(slug="siem-reap")
    kept = list(city.projects.values_list("pk", flat=True)[:count])
    city.projects.exclude(pk__in=kept).delete()
    with django_assert_num_queries(4):  # city, city in full, projects, memberships
        client.get("/cities/siem-reap/")


@pytest.mark.parametrize("count", [1, 3])
def test_the_imports_of_a_person(count, crowd, django_assert_num_queries):
    for _ in range(count):
        ImportJob.objects.create(city="jakarta", by=crowd.alice, files=["a.csv"])
    client = crowd.client("alice")
    with django_assert_num_queries(6):  # session, person, city, office, team, jobs
        client.get("/cities/jakarta/bring/")


@pytest.mark.parametrize("count", [1, 3])
def test_the_runs_under_way(count, crowd, filled, django_assert_num_queries):
    for _ in range(count):
        RunJob.objects.create(city="jakarta", by=crowd.alice, recipe="sensor-qa")
    client = crowd.client("alice")
    with django_assert_num_queries(5):  # session, person, city, office, jobs
        client.get("/cities/jakarta/runs/")


@pytest.mark.parametrize("count", [1, 3])
def test_the_teams_of_a_person(count, crowd, django_assert_num_queries):
    for city in City.objects.exclude(slug="jakarta")[: count - 1]:
        CityMember.objects.create(city=city, user=crowd.alice, role="staff")
    client = crowd.client("alice")
    with django_assert_num_queries(19):  # session, person, office, letters, roles of the rooms
        client.get("/me/")
