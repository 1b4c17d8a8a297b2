"""Who may open what of evaluation. Ria runs the batch, Lena teaches in it, Gus spoke once, Ana is in it."""

import importlib.util
from datetime import UTC, datetime, timedelta
from pathlib import Path

from addresses import Made
from nagara.campus.evaluation.domain import answer, publish, reply
from nagara.campus.evaluation.models import Occasion
from nagara.campus.programmes.domain import give_role
from nagara.campus.programmes.models import RoleKind


def _load(name):
    """The factories beside this file, which is itself loaded by its path."""
    spec = importlib.util.spec_from_file_location("eval_factories", Path(__file__).with_name(f"{name}.py"))
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


PEOPLE = ("ria", "lena", "gus", "ana")


def make(crowd) -> Made:
    factories = _load("factories")
    now = datetime.now(UTC).replace(microsecond=0)
    day = now.date()
    batch = factories.make_batch(starts=day - timedelta(days=3), ends=day + timedelta(days=9))
    people = factories.enrol(batch, "Ana", *(f"Person {n}" for n in range(5)))
    RoleKind.objects.get_or_create(slug="manager", defaults={"name": "Manager", "runs": True})
    RoleKind.objects.get_or_create(slug="lecturer", defaults={"name": "Lecturer"})
    ria, lena, gus = (factories.person(name) for name in ("Ria", "Lena", "Gus"))
    give_role(batch, ria, "manager", by=crowd.olga)
    give_role(batch, lena, "lecturer", by=crowd.olga)
    found = []
    for back in (1, 0):
        held = day - timedelta(days=back)
        factories.hold(batch, day=held, people=[gus] if back else ())
        made = factories.asked(batch, datetime.combine(held, datetime.min.time(), UTC))
        Occasion.objects.filter(pk=made.pk).update(
            opens=now - timedelta(hours=30), closes=now + timedelta(hours=3)
        )
        found.append(Occasion.objects.get(pk=made.pk))
    for number, user in enumerate(people[1:]):
        for occasion in found:
            given = {"clear": str(number % 3 + 3), "useful": "4", "pace": "2", "words": f"Slower {number}"}
            answer(occasion, user, given, now=now)
    for occasion in found:
        publish(occasion, now=now + timedelta(days=2))
    reply(found[0], said="Too fast", changed="More breaks", by=ria, now=now - timedelta(days=1))
    return Made(
        ids={"BATCH": batch.slug, "FORM": found[1].pk, "BEFORE": found[0].pk},
        people={"ria": ria, "lena": lena, "gus": gus, "ana": people[0]},
        data={"evaluation-reply": {"said": "x", "changed": "y"}},
    )


EVERYBODY = ("nobody", "charlie", "bob", "alice", "olga", *PEOPLE)


def _who(default: int, **others: int) -> dict[str, int]:
    return {**dict.fromkeys(EVERYBODY, default), "nobody": 302, **others}


B, F = {"slug": "BATCH"}, {"pk": "FORM"}
RUN = _who(404, olga=200, ria=200, lena=403, gus=403, ana=403)
POST = _who(404, olga=302, ria=302, lena=403, gus=403, ana=403)
CASES = {
    "evaluate": ("GET", {}, _who(200)),
    "evaluate-form": ("GET", F, _who(404, ana=200)),
    "evaluation": ("GET", B, _who(404, olga=200, ria=200, lena=200, gus=200, ana=200)),
    "evaluation-times": ("GET", B, RUN),
    "evaluation-ask": ("GET", B, RUN),
    "evaluation-results": ("GET", F, _who(404, olga=200, ria=200, lena=200, gus=200, ana=403)),
    "evaluation-reply": ("POST", F, POST),
    "evaluation-take-out": ("POST", F, POST),
}
PAGES = [
    ("/evaluate/", "ana"),
    ("/evaluate/FORM/", "ana"),
    ("/batches/BATCH/evaluation/", "ana"),
    ("/batches/BATCH/evaluation/", "lena"),
    ("/batches/BATCH/evaluation/times/", "ria"),
    ("/batches/BATCH/evaluation/ask/", "ria"),
    ("/evaluation/FORM/", "lena"),
    ("/evaluation/BEFORE/", "ria"),
]
