"""Who may open what of learning. Lena lectures, Mona is a mentor, Obi observes, Pia and Quin take part (Pia
has handed in, Quin reads her paper), Wes withdrew, Xavi lectures in another batch."""

import importlib.util
from datetime import timedelta
from pathlib import Path

from django.utils import timezone

from addresses import Made
from nagara.campus.learning.domain.peering import assign_peers
from nagara.campus.learning.models import HandIn, PeerReview


def _load():
    """The factories beside this file, which is itself loaded by its path."""
    spec = importlib.util.spec_from_file_location(
        "learning_factories", Path(__file__).with_name("factories.py")
    )
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


PEOPLE = ("lena", "mona", "obi", "pia", "quin", "wes", "xavi")


def make(crowd) -> Made:
    f = _load()
    batch, elsewhere = f.make_batch(), f.make_batch("learn-28")
    people = {
        "lena": f.staff(batch, "Lena Lecturer", "lecturer"),
        "mona": f.staff(batch, "Mona Mentor", "mentor"),
        "obi": f.staff(batch, "Obi Observer", "observer"),
        "xavi": f.staff(elsewhere, "Xavi", "lecturer"),
    }
    pia, quin = f.learner(batch, "Pia Peerless", "manila"), f.learner(batch, "Quin", "ha-noi")
    wes = f.learner(batch, "Wes", "dili")
    wes.state = "withdrawn"
    wes.save()
    people |= {"pia": pia.user, "quin": quin.user, "wes": wes.user}
    page = f.make_material(batch)
    table = f.make_material(batch, "A table", kind="file", upload=f.a_file("table.csv", b"a,b\n1,2\n"))
    f.save_material(batch, material=page, body="A zone is an area.", by=people["lena"])
    work = f.make_assignment(batch, needs_acceptance=True)
    f.handing_in.add_file(work, pia, upload=f.a_file(), by=pia.user)
    submission = f.hand_in(work, pia)
    peer = f.make_assignment(
        batch,
        "Decision brief",
        due=-1,
        peer={"count": 1, "share": 30},
        peer_due=f.in_days(5),
    )
    yesterday = timezone.now() - timedelta(days=2)
    f.handing_in.add_file(peer, pia, upload=f.a_file("Pia Peerless.pdf"), by=pia.user, now=yesterday)
    f.hand_in(peer, pia, text="Pia Peerless wrote this.", now=yesterday)
    f.hand_in(peer, quin, now=yesterday)
    assign_peers(peer, by=people["lena"])
    paper = PeerReview.objects.get(reviewer=quin)
    handed = HandIn.objects.get(submission=submission).files.get()
    return Made(
        ids={
            "BATCH": batch.slug,
            "PAGE": page.pk,
            "FILE": table.pk,
            "WORK": work.pk,
            "PEER": peer.pk,
            "SUBMISSION": submission.pk,
            "HANDED": handed.pk,
            "PAPER": paper.pk,
            "PIA": pia.pk,
        },
        people=people,
        data={
            "material-move": {"say": "up"},
            "hand-in": {"say": "keep", "text": "Words"},
            "calibrate": {"say": "off"},
        },
    )


EVERYBODY = ("nobody", "charlie", "bob", "alice", "olga", *PEOPLE)


def _who(default: int, **others: int) -> dict[str, int]:
    return {**dict.fromkeys(EVERYBODY, default), "nobody": 302, **others}


def _batch(teach: int = 200, grade: int = 200, others: int = 403) -> dict[str, int]:
    """Strangers know nothing of it; `others`: those who learn or observe."""
    return _who(404, olga=teach, lena=teach, mona=grade, obi=others, pia=others, quin=others)


B, W = {"slug": "BATCH"}, {"pk": "WORK"}
READ = _batch(200, 200, 200)
TEACH, GRADE = _batch(200, 403), _batch()
CASES = {
    "learn": ("GET", {}, _who(200)),
    "materials": ("GET", B, READ),
    "material-new": ("GET", B, TEACH),
    "material": ("GET", {"pk": "PAGE"}, READ),
    "material-edit": ("GET", {"pk": "PAGE"}, TEACH),
    "material-move": ("POST", {"pk": "PAGE"}, _batch(302, 403)),
    "material-file": ("GET", {"pk": "FILE"}, READ),
    "material-version": ("GET", {"pk": "PAGE", "number": 1}, TEACH),
    "assignments": ("GET", B, READ),
    "assignment-new": ("GET", B, TEACH),
    "assignment": ("GET", W, READ),
    "assignment-edit": ("GET", W, TEACH),
    "hand-in": (
        "POST",
        W,
        _who(404, olga=403, lena=403, mona=403, obi=403, pia=302, quin=302),
    ),
    "extensions": ("GET", W, GRADE),
    "peers": ("GET", {"pk": "PEER"}, GRADE),
    "release-marks": ("GET", W, TEACH),
    "grade-person": ("GET", {**W, "enrolment": "PIA"}, GRADE),
    "submission-file": ("GET", {"pk": "HANDED"}, _who(404, olga=200, lena=200, mona=200, pia=200)),
    "submission-file-remove": (
        "POST",
        {"pk": "HANDED"},
        _who(404, olga=403, lena=403, mona=403, pia=302),
    ),
    "grading-queue": ("GET", B, GRADE),
    "grading-sheet": ("GET", {"pk": "SUBMISSION"}, _who(404, olga=200, lena=200, mona=200)),
    "calibrate": ("POST", {"pk": "SUBMISSION"}, _who(404, olga=302, lena=302, mona=302)),
    "peer-review": ("GET", {"pk": "PAPER"}, _who(404, quin=200)),
    "peer-review-file": ("GET", {"pk": "PAPER", "number": 1}, _who(404, quin=200)),
    "grade-book": ("GET", B, GRADE),
    "grade-weights": ("GET", B, TEACH),
    "grade-report": (
        "GET",
        {**B, "pk": "PIA"},
        _who(404, olga=200, lena=200, mona=200, obi=403, pia=200, quin=403),
    ),
    "stuck": ("GET", B, GRADE),
}
PAGES = [
    ("/learn/", "quin"),
    ("/batches/BATCH/materials/", "quin"),
    ("/batches/BATCH/materials/", "lena"),
    ("/batches/BATCH/materials/new/", "lena"),
    ("/materials/PAGE/", "lena"),
    ("/materials/PAGE/edit/", "lena"),
    ("/materials/PAGE/versions/1/", "lena"),
    ("/batches/BATCH/assignments/", "quin"),
    ("/batches/BATCH/assignments/new/", "lena"),
    ("/assignments/WORK/", "pia"),
    ("/assignments/WORK/", "lena"),
    ("/assignments/WORK/edit/", "lena"),
    ("/assignments/WORK/extensions/", "lena"),
    ("/assignments/WORK/release/", "lena"),
    ("/assignments/WORK/grades/PIA/", "mona"),
    ("/assignments/PEER/peers/", "lena"),
    ("/batches/BATCH/grading/", "mona"),
    ("/submissions/SUBMISSION/", "lena"),
    ("/papers/PAPER/", "quin"),
    ("/batches/BATCH/grades/", "lena"),
    ("/batches/BATCH/grades/weights/", "lena"),
    ("/batches/BATCH/grades/PIA/", "pia"),
    ("/batches/BATCH/stuck/", "lena"),
]
