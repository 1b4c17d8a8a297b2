"""Who may open what of webinars. Ria runs the batch, Tess takes part in it, Gus is registered and signed in."""

import importlib.util
from pathlib import Path

from addresses import Made
from nagara.campus.people.models import User
from nagara.campus.programmes.domain import give_role
from nagara.campus.programmes.models import RoleKind
from nagara.campus.webinars import domain


def _load(name):
    """The factories beside this file, which is itself loaded by its path."""
    spec = importlib.util.spec_from_file_location("webinar_factories", Path(__file__).with_name(f"{name}.py"))
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


PEOPLE = ("ria", "tess", "gus")


def make(crowd) -> Made:
    f = _load("factories")
    batch = f.tt.make_batch("open-webinars")
    tess = f.tt.enrol(batch, "yangon")[0].user
    ria, gus = f.tt.person("Ria"), f.tt.person("Gus")
    RoleKind.objects.get_or_create(slug="manager", defaults={"name": "Manager", "runs": True})
    give_role(batch, ria, "manager", by=None)
    held = f.make_webinar(batch=batch)
    inner = f.make_webinar("For the batch", batch=batch, open_to="members", at="17:00")
    domain.register(held, gus, now=f.NOW)
    ana = f.guest(held, country="PH")
    domain.give_recording(held, by=None, recording="", file=("a.md", b"# Said\n\nMuch."))
    return Made(
        ids={"BATCH": batch.slug, "WEBINAR": held.slug, "INNER": inner.slug, "TOKEN": ana.token},
        people={"ria": ria, "tess": User.objects.get(pk=tess.pk), "gus": gus},
        data={"webinar-place": {"say": "news"}, "webinar-people-withdraw": {"id": ana.pk}},
    )


EVERYBODY = ("nobody", "charlie", "bob", "alice", "olga", *PEOPLE)


def _who(default: int, **others: int) -> dict[str, int]:
    return {**dict.fromkeys(EVERYBODY, default), "nobody": 302, **others}


OPEN = _who(200, nobody=200)
W = {"slug": "WEBINAR"}
RUN = _who(403, olga=200, ria=200)
OF_BATCH = _who(404, olga=200, ria=200, tess=403)
CASES = {
    "webinars": ("GET", {}, OPEN),
    "webinar-series": ("GET", {"slug": "BATCH"}, OPEN),
    "webinar": ("GET", {"slug": "INNER"}, _who(404, nobody=404, olga=200, ria=200, tess=200)),
    "webinar-transcript": ("GET", W, OPEN),
    "webinar-register": ("POST", W, _who(302, nobody=422)),
    "webinar-leave": ("POST", W, _who(404, gus=302)),
    "webinar-place": ("GET", {"token": "TOKEN"}, OPEN),
    "webinar-data": ("GET", {"token": "TOKEN"}, OPEN),
    "webinar-ics": ("GET", {"token": "TOKEN"}, OPEN),
    "webinar-join": ("GET", {"token": "TOKEN"}, OPEN),
    "webinar-terms": ("GET", {}, _who(403, olga=200)),
    "webinar-edit": ("GET", W, RUN),
    "webinar-afterwards": ("GET", W, RUN),
    "webinar-people": ("GET", W, RUN),
    "webinar-people-withdraw": ("POST", W, RUN),
    "webinars-of-batch": ("GET", {"slug": "BATCH"}, OF_BATCH),
    "webinar-new": ("GET", {"slug": "BATCH"}, OF_BATCH),
}
PAGES = [
    ("/webinars/", "nobody"),
    ("/webinars/series/BATCH/", "nobody"),
    ("/webinars/WEBINAR/", "nobody"),
    ("/webinars/WEBINAR/", "gus"),
    ("/webinars/WEBINAR/text/", "nobody"),
    ("/webinars/place/TOKEN/?sure=erase", "nobody"),
    ("/webinars/join/TOKEN/", "nobody"),
    ("/webinars/terms/", "olga"),
    ("/webinars/WEBINAR/edit/", "ria"),
    ("/webinars/WEBINAR/afterwards/", "ria"),
    ("/webinars/WEBINAR/people/", "ria"),
    ("/batches/BATCH/webinars/", "ria"),
    ("/batches/BATCH/webinars/new/", "ria"),
]
