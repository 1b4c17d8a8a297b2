"""The demonstration's master's: 40 students, some of them in trouble, one whom one course would mend."""

from nagara.campus.degrees import demo
from nagara.campus.degrees.audit import audit_of
from nagara.campus.degrees.domain.recommending import candidates
from nagara.campus.degrees.domain.seeding import seed as seed_scale
from nagara.campus.degrees.domain.warnings import live, students
from nagara.campus.degrees.models import Recommended
from nagara.campus.people import demo as people_demo
from nagara.campus.programmes.domain.seeding import seed
from nagara.campus.programmes.models import Batch, Enrolment


def test_forty_students_some_in_trouble_and_one_whom_one_course_would_mend(seeded):
    seed()
    seed_scale()
    people_demo.load()
    demo.load()
    demo.load()  # again: nothing more
    batch = Batch.objects.select_related("version").get(slug=demo.SLUG)
    people = students(batch)
    assert len(people) == 40
    assert {w.rule for w in live(batch, people)} == {"gpa", "credits", "attendance", "advisor"}
    open_rules = {v.rule for c in candidates(batch, people) for v in c.standing.verdicts if not v.met}
    assert {"load", "double", "gpa", "semesters", "milestones"} <= open_rules
    assert Recommended.objects.count() == 1
    student = Enrolment.objects.select_related("user", "batch__version").get(
        batch=batch, user__email=demo.STUDENT
    )
    audit = audit_of(student)
    assert [(m.offer.code, m.rules) for m in audit.full_mends] == [
        ("SC522", ["total", "electives", "outside"])
    ]
