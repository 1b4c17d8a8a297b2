"""Who may open what of lessons. The lessons are public. Lena lectures, Mona is a mentor, Obi observes, Pia takes
part, Eve is a programme expert."""

import importlib.util
from pathlib import Path

from addresses import Made
from nagara.campus.lessons.models import Example
from nagara.campus.programmes.models import Module, VersionModule
from nagara.campus.readiness.models import Expert
from nagara.citylab.lessons.computing import Computed, Worked

PEOPLE = ("lena", "mona", "obi", "pia", "eve")


def load(room="learning"):
    """The factories of learning, loaded by their path as every address table is."""
    path = Path(__file__).parents[1] / room / "factories.py"
    spec = importlib.util.spec_from_file_location(f"{room}_factories_for_lessons", path)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def make(crowd) -> Made:
    f = load()
    batch = f.make_batch("lessons-27")
    for order, code in enumerate(("M02", "M07")):
        module, _ = Module.objects.get_or_create(
            code=code, defaults={"title": f"Module {code}", "can": "see"}
        )
        VersionModule.objects.get_or_create(
            version=batch.version, module=module, defaults={"order": order + 1}
        )
    people = {
        "lena": f.staff(batch, "Lena Lecturer", "lecturer"),
        "mona": f.staff(batch, "Mona Mentor", "mentor"),
        "obi": f.staff(batch, "Obi Observer", "observer"),
        "pia": f.learner(batch, "Pia", "manila").user,
        "eve": f.person("Eve Expert"),
    }
    Expert.objects.create(user=people["eve"])
    drawn = Worked("drawn", (("n", "whole"),), ((3,),), 1, '<svg xmlns="http://www.w3.org/2000/svg"></svg>')
    computed = Computed("harbour", "Harbour", "ID", "Asia/Jakarta", 1, "x", {"drawn": drawn})
    Example.objects.create(
        module="M02", lesson="joins", city="harbour", stamp="old", snapshot=1, data=computed.as_dict()
    )
    return Made(ids={"BATCH": batch.slug}, people=people, data={"lesson-read": {"say": "read"}})


EVERYBODY = ("nobody", "charlie", "bob", "alice", "olga", *PEOPLE)


def _who(default: int, **others: int) -> dict[str, int]:
    return {**dict.fromkeys(EVERYBODY, default), **others}


LESSON = {"code": "M02", "slug": "joins"}
CASES = {
    "lesson-modules": ("GET", {}, _who(200)),
    "lesson-module": ("GET", {"code": "M02"}, _who(200)),
    "lesson": ("GET", LESSON, _who(200)),
    "lesson-figure": ("GET", {**LESSON, "city": "harbour", "name": "drawn"}, _who(200)),
    "lesson-read": ("POST", LESSON, _who(302)),
    "module-instructor": (
        "GET",
        {"code": "M02"},
        _who(403, nobody=302, olga=200, lena=200, mona=200, eve=200),
    ),
    "batch-modules": (
        "GET",
        {"slug": "BATCH"},
        _who(404, nobody=302, olga=200, lena=200, mona=200, obi=200, pia=200),
    ),
}
PAGES = [
    ("/modules/", "nobody"),
    ("/modules/M02/", "nobody"),
    ("/modules/M07/", "pia"),
    ("/modules/M02/joins/", "nobody"),
    ("/modules/M07/levels-and-lag/?variant=advanced", "pia"),
    ("/modules/M02/instructor/", "lena"),
    ("/batches/BATCH/modules/", "pia"),
    ("/batches/BATCH/modules/", "lena"),
]
