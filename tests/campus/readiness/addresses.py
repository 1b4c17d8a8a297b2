"""Who may open what of readiness. Eva is an expert of any city, Nina the National Representative of
Indonesia."""

from addresses import Made
from nagara.campus.cities.domain import name_representative
from nagara.campus.cities.models import State
from nagara.campus.people.domain import add_person
from nagara.campus.readiness.domain.answering import Typed, add_evidence, answer
from nagara.campus.readiness.domain.deciding import name_expert, open_assessment
from nagara.campus.readiness.domain.seeding import seed

PEOPLE = ("eva", "nina")
MADE = {"nobody": 302, "charlie": 404, "bob": 200, "alice": 200, "olga": 200, "eva": 200, "nina": 200}


def make(crowd) -> Made:
    seed()
    eva = add_person("eva@example.org", passport_name="Eva", password=None)
    nina = add_person("nina@example.org", passport_name="Nina", password=None)
    name_expert(eva, city=None, by=crowd.olga)
    name_representative(State.objects.get(iso2="ID"), nina, by=crowd.olga)
    made = open_assessment(crowd.alice.city_posts.get().city, cycle=2026, by=crowd.alice)
    answer(made, [Typed(f"D1.{n}", n, "seen") for n in range(1, 5)], side="self", by=crowd.alice)
    item = add_evidence(made, "D1.1", title="Plan", url="https://example.org/plan", by=crowd.alice)
    data = {
        "assessment-say": {"say": "send", "reason": "x"},
        "assessment-targets": {},
        "city-team": {"email": "new@example.org", "passport_name": "New", "role": "staff", "reason": "x"},
    }
    return Made({"ASSESSMENT": made.pk, "ITEM": item.pk}, {"eva": eva, "nina": nina}, data)


A = {"pk": "ASSESSMENT"}
C = {"slug": "jakarta"}
OFFICE = {"nobody": 302, "charlie": 403, "bob": 403, "alice": 403, "olga": 200, "eva": 403, "nina": 403}
CASES = {
    "assessments": ("GET", {}, {**MADE, "charlie": 200}),
    "experts": ("GET", {}, OFFICE),
    "assessment": ("GET", A, MADE),
    "assessment-say": ("POST", A, {**MADE, "bob": 403, "alice": 302, "olga": 403, "eva": 403, "nina": 403}),
    "assessment-targets": ("GET", A, MADE),
    "assessment-agenda": ("GET", A, MADE),
    "assessment-dimension": ("GET", {**A, "key": "D4"}, MADE),
    "evidence-file": ("GET", {**A, "item": "ITEM"}, dict.fromkeys(MADE, 404) | {"nobody": 302}),
    "evidence-away": ("GET", {**A, "item": "ITEM"}, {**MADE, "olga": 403, "nina": 403}),
    "city-readiness": ("GET", C, {**MADE, "charlie": 403}),
    "city-team": ("GET", C, {**MADE, "charlie": 403, "eva": 403}),
    "city-team-end": (
        "POST",
        {**C, "pk": 999_999},
        {**dict.fromkeys(MADE, 404), "nobody": 302, "charlie": 403, "bob": 403, "eva": 403},
    ),
    "representatives": ("GET", {}, OFFICE),
}
PAGES = [
    ("/readiness/", "olga"),
    ("/readiness/experts/", "olga"),
    ("/representatives/", "olga"),
    ("/cities/jakarta/team/", "alice"),
    ("/cities/jakarta/readiness/", "alice"),
    ("/readiness/ASSESSMENT/", "alice"),
    ("/readiness/ASSESSMENT/D4/", "alice"),
    ("/readiness/ASSESSMENT/D1/", "eva"),
    ("/readiness/ASSESSMENT/targets/", "alice"),
    ("/readiness/ASSESSMENT/agenda/", "eva"),
    ("/readiness/ASSESSMENT/evidence/ITEM/away/", "alice"),
]
