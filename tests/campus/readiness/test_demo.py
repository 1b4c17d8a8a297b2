"""The demonstration's story, told once however often it is loaded; people's data go out and away."""

from nagara.campus.cities import demo as cities
from nagara.campus.curricula import demo as curricula
from nagara.campus.curricula.models import Curriculum
from nagara.campus.people import data_port
from nagara.campus.people import demo as people
from nagara.campus.people.models import User
from nagara.campus.programmes.domain.seeding import seed as seed_programmes
from nagara.campus.readiness import demo
from nagara.campus.readiness.domain.seeding import seed
from nagara.campus.readiness.models import Answer, Assessment
from nagara.campus.readiness.questions import profile


def test_twelve_cities_are_assessed_and_jakarta_twice(seeded):
    seed()
    seed_programmes()
    for _ in range(2):
        for room in (people, cities, demo, curricula):
            room.load()
    assert Assessment.objects.count() == 13
    assert Assessment.objects.values("city").distinct().count() == 12
    under_way = Assessment.objects.get(city__slug="jakarta", state="self")
    assert [seat.user.email.partition("@")[0] for seat in under_way.seats.all()] == [
        "jakarta",
        "staff1.jakarta",
        "staff2.jakarta",
    ]
    for made in Assessment.objects.filter(state="agreed"):
        assert profile(made).unverified == ()
        assert all(d.gap is not None for d in profile(made).dimensions)
    assert Curriculum.objects.filter(city__slug="jakarta").count() == 2


def test_an_experts_data_go_out_and_the_scores_stay(seeded):
    seed()
    people.load()
    demo.load()
    expert = User.objects.get(email="expert@demo.example")
    holders = {holder.room: holder for holder in data_port.all_holders()}
    rows = holders["readiness"].export(expert)
    assert rows["readiness_answers"]
    before = Answer.objects.count()
    holders["readiness"].erase(expert)
    assert not expert.expert_posts.exists()
    assert Answer.objects.count() == before
