"""Who may open what of labs. Lena lectures in the batch, Mia mentors, Otto observes, Paul and Pia take part,
Wen withdrew."""

import importlib.util
import os
import shutil
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from addresses import Made
from nagara.campus.labwork.models import LabAssignment
from nagara.campus.programmes.models import Enrolment


def _load(name):
    """The factories beside this file, which is itself loaded by its path."""
    spec = importlib.util.spec_from_file_location("labwork_factories", Path(__file__).with_name(f"{name}.py"))
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


PEOPLE = ("lena", "mia", "otto", "paul", "pia", "wen")
EVERYBODY = ("nobody", "charlie", "bob", "alice", "olga", *PEOPLE)


def make(crowd) -> Made:
    """The town of these labs stands beside what the lake of the test holds already."""
    from django.conf import settings

    from nagara.citylab.lake import Lake
    from nagara.citylab.simulate import simulate

    factories = _load("factories")
    os.environ["NAGARA_CURRICULUM"] = str(factories.CURRICULUM)
    lake = Path(settings.NAGARA_LAKE)
    if not (lake / "harbour").is_dir():
        town = KEPT.get("town")
        if town is None or not town.is_dir():
            KEPT["folder"] = TemporaryDirectory(prefix="nagara-labwork-")
            town = KEPT["town"] = Path(KEPT["folder"].name) / "lake"
            simulate(Lake(town), "harbour", seed=3, days=3, sensors=8)
        shutil.copytree(town / "harbour", lake / "harbour")
    batch = factories.make_batch(people=1)
    lena, mia = factories.teacher(batch), factories.teacher(batch, "mentor", "Mia")
    otto = factories.teacher(batch, "observer", "Otto")
    paul, pia = (factories.enrol(batch, factories.person(name)) for name in ("Paul", "Pia"))
    wen = factories.person("Wen")
    Enrolment.objects.create(batch=batch, user=wen, state="withdrawn")
    row = factories.make_lab(batch, hints_cost=10)
    draft = factories.make_lab(batch, published=False, title="Draft")
    work = factories.begin(row, paul)
    wrong = factories.mistake_of(work, "count", "routes-not-stops")
    factories.answer(work, "count", wrong)
    factories.answer(work, "list", factories.mistake_of(work, "list", "all-stops"))
    for task in ("which", "advice"):
        factories.answer(work, task)
    text = work.tasks.get(task="advice")
    return Made(
        ids={"BATCH": batch.slug, "SET": row.pk, "DRAFT": draft.pk, "WORK": work.pk, "TEXT": text.pk},
        people={"lena": lena, "mia": mia, "otto": otto, "paul": paul, "pia": pia, "wen": wen},
        data={
            "labwork-say": {"say": "publish"},
            "labwork-save": {"text": "1"},
            "labwork-query": {"sql": "select 1 as one"},
            "labwork-open": {"say": "open"},
        },
        before={"labwork-say": lambda: LabAssignment.objects.filter(pk=draft.pk).update(state="draft")},
    )


KEPT: dict[str, Any] = {}
"""The town, made once; its folder goes when the process ends."""


def _who(default: int, **others: int) -> dict[str, int]:
    return {**dict.fromkeys(EVERYBODY, default), "nobody": 302, **others}


S, W = {"pk": "SET"}, {"pk": "WORK"}
INSIDE = _who(404, olga=200, lena=200, mia=200, otto=200, paul=200, pia=200)
TEACH = _who(404, olga=200, lena=200, mia=403, otto=403, paul=403, pia=403)
CLASS = {**TEACH, "mia": 200}
OPEN = dict.fromkeys(EVERYBODY, 200)
WORK = _who(404, olga=200, lena=200, mia=200, paul=200)
CASES = {
    "labwork-batch": ("GET", {"slug": "BATCH"}, INSIDE),
    "labwork-new": ("GET", {"slug": "BATCH"}, TEACH),
    "labwork-city": ("GET", {"slug": "BATCH"}, TEACH),
    "labwork-bring": ("GET", {"slug": "BATCH"}, INSIDE),
    "labwork-labs": ("GET", {}, OPEN),
    "labwork-fit": ("GET", {}, OPEN),
    "labwork-mine": ("GET", {}, _who(200)),
    "labwork-assignment": ("GET", S, INSIDE),
    "labwork-edit": ("GET", S, TEACH),
    "labwork-say": ("POST", {"pk": "DRAFT"}, _who(404, olga=302, lena=302, mia=403)),
    "labwork-who": ("GET", S, CLASS),
    "labwork-class": ("GET", S, CLASS),
    "labwork-alike": ("GET", S, TEACH),
    "labwork-start": ("POST", S, _who(404, olga=403, lena=403, mia=403, otto=403, paul=302, pia=302)),
    "labwork-regrade": ("GET", S, TEACH),
    "labwork-texts": ("GET", S, CLASS),
    "labwork-text": ("GET", {"pk": "TEXT"}, _who(404, olga=200, lena=200, mia=200)),
    "labwork-work": ("GET", W, WORK),
    "labwork-evidence": ("GET", W, WORK),
    "labwork-task": ("GET", {**W, "task": "count"}, WORK),
    "labwork-save": ("POST", {**W, "task": "count"}, _who(404, olga=403, lena=403, mia=403, paul=200)),
    "labwork-query": ("POST", {**W, "task": "list"}, _who(404, olga=403, lena=403, mia=403, paul=200)),
    "labwork-lab": ("GET", {"name": "tk-standard"}, OPEN),
    "labwork-open": ("POST", {"name": "tk-foundation"}, _who(302)),
}
KINDS = ("count", "list", "which", "sizes", "where", "spot", "names", "mend", "alarm", "advice")
PAGES = [
    ("/batches/BATCH/labs/", "lena"),
    ("/batches/BATCH/labs/bring/", "paul"),
    ("/labs/", "nobody"),
    ("/labs/cities/", "nobody"),
    ("/labs/tk-standard/", "paul"),
    ("/labs/mine/", "paul"),
    ("/labs/set/SET/", "paul"),
    ("/labs/set/SET/", "lena"),
    ("/labs/set/SET/who/", "lena"),
    ("/labs/set/SET/class/", "lena"),
    ("/labs/set/SET/texts/", "mia"),
    ("/labs/texts/TEXT/", "mia"),
    ("/labs/work/WORK/", "paul"),
    ("/labs/work/WORK/evidence/", "paul"),
    *((f"/labs/work/WORK/{kind}/", "paul") for kind in KINDS),
]
