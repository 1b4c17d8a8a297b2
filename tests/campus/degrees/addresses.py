"""Who may open what of degrees. Mara runs the batch, Lena teaches a course, Adam advises the student, Stu
studies, Vera studies beside him."""

import importlib.util
from pathlib import Path

from addresses import Made
from nagara.campus.degrees.models import GradeScale


def _load(name):
    """The factories beside this file, which is itself loaded by its path."""
    spec = importlib.util.spec_from_file_location("degrees_factories", Path(__file__).with_name(f"{name}.py"))
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


PEOPLE = ("mara", "lena", "adam", "stu", "vera")


def make(crowd) -> Made:
    f = _load("factories")
    batch = f.make_batch()
    mara, lena, adam = f.person("Mara"), f.person("Lena"), f.person("Adam")
    f.give(batch, mara, "manager", runs=True)
    f.give(batch, lena, "lecturer")
    stu, vera = f.enrol(batch, "Stu"), f.enrol(batch, "Vera")
    f.mendable(stu)
    f.advise(stu, adam)
    offering = f.offer(batch, "SC522", lecturer=lena)
    f.took(stu, "SC522", 4, offering=offering)
    return Made(
        ids={
            "STUDENT": stu.pk,
            "BATCH": batch.slug,
            "CLASS": offering.pk,
            "SEMESTER": offering.semester_id,
            "SCALE": GradeScale.objects.first().pk,
        },
        people={"mara": mara, "lena": lena, "adam": adam, "stu": stu.user, "vera": vera.user},
    )


EVERYBODY = ("nobody", "charlie", "bob", "alice", "olga", *PEOPLE)


def _who(default: int, **others: int) -> dict[str, int]:
    return {**dict.fromkeys(EVERYBODY, default), "nobody": 302, **others}


S, B, C = {"pk": "STUDENT"}, {"slug": "BATCH"}, {"pk": "CLASS"}
OWN = _who(404, olga=200, mara=200, adam=200, stu=200)
RUN = _who(404, olga=200, mara=200, lena=403, stu=403, vera=403)
CASES = {
    "degrees": ("GET", {}, _who(200, stu=302, vera=302)),
    "degree-audit": ("GET", S, OWN),
    "degree-courses": ("GET", S, OWN),
    "degree-warning": ("GET", S, OWN),
    "degree-record": ("GET", S, OWN),
    "degree-transcript": ("GET", S, OWN),
    "degree-transcript-pdf": ("GET", S, OWN),
    "degree-sheet": ("GET", C, _who(404, olga=200, mara=200, lena=200)),
    "degree-semester": ("GET", {"pk": "SEMESTER"}, RUN),
    "degree-scales": ("GET", {}, _who(403, olga=200)),
    "degree-scale": ("GET", {"pk": "SCALE"}, _who(403, olga=200)),
    "degree-overview": ("GET", B, {**RUN, "adam": 200}),
    "degree-warnings": ("GET", B, {**RUN, "adam": 200}),
    "degree-semesters": ("GET", B, RUN),
    "degree-recommendation": ("GET", B, RUN),
    "degree-minutes": ("GET", {**B, "ending": "xlsx"}, RUN),
}
PAGES = [
    ("/degrees/", "adam"),
    ("/degrees/STUDENT/", "stu"),
    ("/degrees/STUDENT/?course=SC527&grade=B", "stu"),
    ("/degrees/STUDENT/courses/", "stu"),
    ("/degrees/STUDENT/courses/", "olga"),
    ("/degrees/STUDENT/warnings/", "adam"),
    ("/degrees/STUDENT/record/", "olga"),
    ("/degrees/STUDENT/transcript/", "stu"),
    ("/degrees/classes/CLASS/?look=1", "lena"),
    ("/degrees/semesters/SEMESTER/", "mara"),
    ("/degrees/scales/", "olga"),
    ("/degrees/scales/SCALE/", "olga"),
    ("/batches/BATCH/degrees/", "olga"),
    ("/batches/BATCH/degrees/warnings/", "olga"),
    ("/batches/BATCH/degrees/semesters/", "olga"),
    ("/batches/BATCH/degrees/recommendation/", "olga"),
]
