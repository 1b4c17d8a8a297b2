"""Who may open what of curricula. Mara manages the batch, Eva is an expert of any city."""

from datetime import date

from addresses import Made
from nagara.campus.people.domain import add_person
from nagara.campus.programmes.domain.batches import create_batch, give_role
from nagara.campus.programmes.domain.seeding import seed as seed_programmes
from nagara.campus.programmes.models import ProgrammeVersion
from nagara.campus.readiness.domain.answering import Typed, answer
from nagara.campus.readiness.domain.deciding import name_expert, open_assessment
from nagara.campus.readiness.domain.seeding import seed
from nagara.campus.readiness.questions import questionnaire

PEOPLE = ("mara", "eva")


def make(crowd) -> Made:
    from nagara.campus.curricula.domain import making

    seed()
    seed_programmes()
    mara = add_person("mara@example.org", passport_name="Mara", password=None)
    eva = add_person("eva@example.org", passport_name="Eva", password=None)
    name_expert(eva, city=None, by=crowd.olga)
    city = crowd.alice.city_posts.get().city
    made = open_assessment(city, cycle=2026, by=crowd.alice)
    answer(made, [Typed(q, 2, "") for q in questionnaire(made).home_of], side="self", by=crowd.alice)
    version = ProgrammeVersion.objects.filter(programme__track__slug="short-term").first()
    batch = create_batch(
        version=version, name="Course", starts=date(2027, 3, 1), ends=date(2027, 3, 19), by=crowd.olga
    )
    batch.cities.add(city)
    give_role(batch, mara, role="manager", by=crowd.olga)
    making.make(city, hours=40, mode="", by=crowd.olga)
    making.make(batch, hours=90, mode="", by=crowd.olga)
    return Made({"BATCH": batch.slug}, {"mara": mara, "eva": eva})


C, B = {"slug": "jakarta"}, {"slug": "BATCH"}
CITY = {"nobody": 302, "charlie": 403, "bob": 200, "alice": 200, "olga": 200, "mara": 403, "eva": 200}
HIDDEN = {"nobody": 302, "charlie": 404, "bob": 404, "alice": 404, "olga": 200, "mara": 200, "eva": 404}
CASES = {
    "city-curriculum": ("GET", C, CITY),
    "city-curriculum-pdf": ("GET", C, CITY),
    "batch-curriculum": ("GET", B, HIDDEN),
    "batch-curriculum-pdf": ("GET", B, HIDDEN),
    "batch-teams": ("GET", B, HIDDEN),
    "skills": ("GET", {}, dict.fromkeys(CITY, 200) | {"nobody": 302}),
}
PAGES = [
    ("/cities/jakarta/curriculum/", "alice"),
    ("/batches/BATCH/curriculum/", "mara"),
    ("/batches/BATCH/teams/", "olga"),
    ("/skills/", "bob"),
]
