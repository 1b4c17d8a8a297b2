"""Who may open what of the timetable. Ria runs the batch, Tess takes part, Lena speaks at one session."""

import importlib.util
from pathlib import Path

from addresses import Made
from nagara.campus.people.models import User
from nagara.campus.programmes.domain import give_role
from nagara.campus.programmes.models import RoleKind
from nagara.campus.timetable.domain import make_group, release
from nagara.campus.timetable.domain.feed_addresses import feed_of, token_of


def _load(name):
    """The factories beside this file, which is itself loaded by its path."""
    spec = importlib.util.spec_from_file_location(
        "timetable_factories", Path(__file__).with_name(f"{name}.py")
    )
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


PEOPLE = ("ria", "tess", "lena")


def make(crowd) -> Made:
    f = _load("factories")
    batch = f.make_batch()
    tess = f.enrol(batch, "yangon")[0].user
    ria, lena = f.person("Ria"), f.person("Lena")
    RoleKind.objects.get_or_create(slug="manager", defaults={"name": "Manager", "runs": True})
    give_role(batch, ria, "manager", by=None)
    of = f.activity(batch)
    held = f.session(of, people=[lena], room=f.make_room())
    release(batch, by=crowd.olga, quiet=True)
    draft = f.session(of, at="13:00")
    group = make_group(batch, "Group A", [], by=None)
    calendar = feed_of(tess)
    return Made(
        ids={
            "SESSION": held.pk,
            "DRAFT": draft.pk,
            "ACTIVITY": of.pk,
            "BATCH": batch.slug,
            "GROUP": group.pk,
            "VENUE": held.room.venue_id,
            "FEED": token_of(calendar),
        },
        people={"ria": ria, "tess": User.objects.get(pk=tess.pk), "lena": lena},
        data={"calendar-renew": {"feed": calendar.pk}},
    )


EVERYBODY = ("nobody", "charlie", "bob", "alice", "olga", *PEOPLE)


def _who(default: int, **others: int) -> dict[str, int]:
    return {**dict.fromkeys(EVERYBODY, default), "nobody": 302, **others}


B = {"slug": "BATCH"}
READ = _who(404, olga=200, ria=200, tess=200)
PLAN = _who(404, olga=200, ria=200, tess=403)
POST = _who(404, olga=422, ria=422, tess=403)
OFFICE = _who(403, olga=200)
CASES = {
    "calendar": ("GET", {}, _who(200)),
    "calendar-renew": ("POST", {}, _who(404, tess=302)),
    "calendar-busy": ("GET", {}, _who(200)),
    "calendar-feed": ("GET", {"token": "FEED"}, _who(200, nobody=200)),
    "session-ics": ("GET", {"pk": "SESSION"}, {**READ, "lena": 200}),
    "my-timetable": ("GET", {}, _who(200)),
    "timetable-away": ("GET", {}, _who(200)),
    "timetable": ("GET", B, READ),
    "timetable-pdf": ("GET", B, READ),
    "timetable-releases": ("GET", B, READ),
    "timetable-release": ("GET", {**B, "number": "1"}, READ),
    "session": ("GET", {"pk": "SESSION"}, {**READ, "lena": 200}),
    "timetable-activity": ("GET", {"pk": "ACTIVITY"}, {**READ, "lena": 200}),
    "timetable-venues": ("GET", {}, OFFICE),
    "timetable-venue": ("GET", {"pk": "VENUE"}, OFFICE),
    "planner": ("GET", B, PLAN),
    "planner-new": ("POST", B, POST),
    "planner-session": ("POST", {**B, "pk": "DRAFT"}, POST),
    "planner-activities": ("GET", B, PLAN),
    "planner-activity": ("POST", {**B, "pk": "ACTIVITY"}, POST),
    "planner-from-plan": ("POST", B, _who(404, olga=302, ria=302, tess=403)),
    "planner-clashes": ("GET", B, PLAN),
    "planner-free": ("GET", B, PLAN),
    "planner-frame": ("GET", B, PLAN),
    "planner-groups": ("GET", B, PLAN),
    "planner-group": ("POST", {**B, "pk": "GROUP"}, POST),
    "planner-release": ("GET", B, PLAN),
}
P = "/batches/BATCH/planner"
PAGES = [
    ("/calendar/?batch=BATCH", "tess"),
    ("/calendar/busy/", "lena"),
    ("/timetable/", "tess"),
    ("/timetable/away/", "lena"),
    ("/batches/BATCH/timetable/", "tess"),
    ("/batches/BATCH/timetable/versions/", "tess"),
    ("/batches/BATCH/timetable/versions/1/", "ria"),
    ("/sessions/SESSION/", "tess"),
    ("/sessions/DRAFT/", "ria"),
    ("/timetable/activities/ACTIVITY/", "tess"),
    ("/venues/", "olga"),
    ("/venues/VENUE/", "olga"),
    (f"{P}/", "ria"),
    (f"{P}/new/", "ria"),
    (f"{P}/sessions/SESSION/", "ria"),
    (f"{P}/activities/", "ria"),
    (f"{P}/activities/ACTIVITY/", "ria"),
    (f"{P}/clashes/", "ria"),
    (f"{P}/free/?minutes=90&start=2027-06-14&weeks=3", "ria"),
    (f"{P}/days/", "ria"),
    (f"{P}/groups/", "ria"),
    (f"{P}/groups/GROUP/", "ria"),
    (f"{P}/release/", "ria"),
]
