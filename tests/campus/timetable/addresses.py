"""Who may open what of the timetable. Ria runs the batch, Tess takes part, Lena speaks at one session."""

import importlib.util
from pathlib import Path

from addresses import Made
from nagara.campus.people.models import User
from nagara.campus.programmes.domain import give_role
from nagara.campus.programmes.models import RoleKind
from nagara.campus.timetable.domain import release


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
    return Made(
        ids={"SESSION": held.pk, "DRAFT": draft.pk, "ACTIVITY": of.pk, "BATCH": batch.slug},
        people={"ria": ria, "tess": User.objects.get(pk=tess.pk), "lena": lena},
    )


EVERYBODY = ("nobody", "charlie", "bob", "alice", "olga", *PEOPLE)


def _who(default: int, **others: int) -> dict[str, int]:
    return {**dict.fromkeys(EVERYBODY, default), "nobody": 302, **others}


B = {"slug": "BATCH"}
READ = _who(404, olga=200, ria=200, tess=200)
CASES = {
    "my-timetable": ("GET", {}, _who(200)),
    "timetable": ("GET", B, READ),
    "session": ("GET", {"pk": "SESSION"}, {**READ, "lena": 200}),
    "timetable-activity": ("GET", {"pk": "ACTIVITY"}, {**READ, "lena": 200}),
}
PAGES = [
    ("/timetable/", "tess"),
    ("/batches/BATCH/timetable/", "tess"),
    ("/sessions/SESSION/", "tess"),
    ("/sessions/DRAFT/", "ria"),
    ("/timetable/activities/ACTIVITY/", "tess"),
]
