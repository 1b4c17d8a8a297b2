"""Who may open what of visits. Ria runs the batch, Leo leads the visit, Lena teaches in the batch, Ana has a
seat, Wim waits for one."""

import importlib.util
from pathlib import Path

from addresses import Made
from nagara.campus.programmes.domain import give_role
from nagara.campus.programmes.models import RoleKind
from nagara.campus.timetable.domain import add_activity, add_session
from nagara.campus.visits.models import Leg, Seat, TravelFacts


def _load(name):
    """The factories beside this file, which is itself loaded by its path."""
    spec = importlib.util.spec_from_file_location("visits_factories", Path(__file__).with_name(f"{name}.py"))
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


PEOPLE = ("ria", "leo", "lena", "ana", "wim")


def make(crowd) -> Made:
    from datetime import time

    factories = _load("factories")
    batch = factories.make_batch()
    ana, wim = factories.enrol(batch, "Ana Cruz", "Wim Tan")
    RoleKind.objects.get_or_create(slug="manager", defaults={"name": "Manager", "runs": True})
    RoleKind.objects.get_or_create(slug="lecturer", defaults={"name": "Lecturer"})
    ria, leo, lena = (factories.person(name) for name in ("Ria", "Leo", "Lena"))
    give_role(batch, ria, "manager", by=crowd.olga)
    give_role(batch, lena, "lecturer", by=crowd.olga)
    visit = factories.make_visit(
        batch,
        seats=1,
        host="Metro of the city",
        briefing="Where the **data** of the metro meet.",
        asks=["diet", "access", "emergency", "passport", "medical"],
    )
    visit.leaders.add(leo)
    leg = Leg.objects.create(visit=visit, start="Gate", goal="Metro", departs=time(9), seats=20)
    TravelFacts.objects.create(
        enrolment=ana, diet=["halal"], access=[], passport_number="X1", medical_note="Nuts", medical_said=True
    )
    bare = add_session(
        add_activity(batch, kind="technical-visit", title="Second", by=None),
        day=factories.DAY,
        at=time(15),
        minutes=60,
        by=None,
    )
    return Made(
        ids={
            "BATCH": batch.slug,
            "VISIT": visit.pk,
            "LEG": leg.pk,
            "SEAT": Seat.objects.get(enrolment=ana).pk,
            "BARE": bare.pk,
        },
        people={"ria": ria, "leo": leo, "lena": lena, "ana": ana.user, "wim": wim.user},
        data={"visit-passports": {"reason": "Guards"}, "visit-seat": {"say": "none"}},
    )


EVERYBODY = ("nobody", "charlie", "bob", "alice", "olga", *PEOPLE)


def _who(default: int, **others: int) -> dict[str, int]:
    return {**dict.fromkeys(EVERYBODY, default), "nobody": 302, **others}


V = {"pk": "VISIT"}
SEE = _who(404, olga=200, ria=200, leo=200, lena=200, ana=200, wim=200)
RUN = _who(404, olga=200, ria=200, leo=403, lena=403, ana=403, wim=403)
ROSTER = _who(404, olga=200, ria=200, leo=200, lena=403, ana=403, wim=403)
CASES = {
    "batch-visits": ("GET", {"slug": "BATCH"}, {**SEE, "leo": 404}),
    "travel-facts": ("GET", {"slug": "BATCH"}, _who(404, ana=200, wim=200)),
    "visit-new": ("POST", {"pk": "BARE"}, _who(404, olga=302, ria=302, lena=403, ana=403, wim=403)),
    "visit": ("GET", V, SEE),
    "visit-edit": ("GET", V, RUN),
    "visit-leg": ("GET", {**V, "leg": "LEG"}, RUN),
    "visit-tell": ("GET", V, RUN),
    "visit-seat": ("POST", V, _who(404, ana=302, wim=302)),
    "visit-roster": ("GET", V, ROSTER),
    "visit-sealed": ("GET", {**V, "seat": "SEAT"}, ROSTER),
    "visit-passports": ("POST", V, ROSTER),
    "visit-sheet": ("GET", {**V, "kind": "leader"}, ROSTER),
    "visit-paper": ("GET", {**V, "kind": "day"}, SEE),
}
PAGES = [
    ("/batches/BATCH/visits/", "olga"),
    ("/batches/BATCH/travel/", "ana"),
    ("/visits/VISIT/", "ana"),
    ("/visits/VISIT/", "ria"),
    ("/visits/VISIT/edit/", "ria"),
    ("/visits/VISIT/legs/LEG/", "ria"),
    ("/visits/VISIT/tell/", "ria"),
    ("/visits/VISIT/roster/", "leo"),
    ("/visits/VISIT/roster/SEAT/sealed/", "leo"),
    ("/visits/VISIT/sheets/leader/", "leo"),
]
