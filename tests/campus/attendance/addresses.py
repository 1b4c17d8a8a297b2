"""Who may open what of attendance. Lena lectures at the session, Mona runs the batch, Ana is enrolled, Ben was."""

import importlib.util
from datetime import timedelta
from pathlib import Path

from django.utils import timezone

from addresses import Made
from nagara.campus.attendance.domain.importing import read_sheet


def _load(name):
    """The factories beside this file, which is itself loaded by its path."""
    spec = importlib.util.spec_from_file_location(
        "attendance_factories", Path(__file__).with_name(f"{name}.py")
    )
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


PEOPLE = ("lena", "mona", "ana", "ben")
LIST = (
    b"Name,Email,Join Time (UTC),Leave Time\nAna,,2027-05-03 00:00,2027-05-03 01:00\n"
    b"Stranger,,2027-05-03 00:00,2027-05-03 01:00\nNobody,,2027-05-03 00:00,\n"
)


def make(crowd) -> Made:
    factories = _load("factories")
    rules = {
        "certificate": {
            "full": "Completion",
            "otherwise": "Participation",
            "rules": [
                {
                    "id": "a",
                    "fact": "attendance.minutes_share",
                    "op": ">=",
                    "value": 0.8,
                    "unit": "1",
                    "says": "80 %",
                }
            ],
        }
    }
    batch = factories.make_batch(rules=rules)
    lena, mona = factories.person("Lena Lecturer"), factories.person("Mona")
    factories.give(batch, mona, "manager")
    start = timezone.now() - timedelta(minutes=20)
    session = factories.make_session(
        batch, start.replace(second=0, microsecond=0), lecturer=lena, online=True
    )
    past = factories.make_session(batch, start - timedelta(days=1), lecturer=lena, title="Yesterday")
    ana = factories.enrol(batch, factories.person("Ana Cruz", native_name="อานา")).user
    ben = factories.enrol(batch, "Ben", state="withdrawn").user
    cho = factories.enrol(batch, "Cho").user
    for day in (session, past):
        factories.stay(day, ana, 2, None)
        factories.stay(day, ana, 0, 0, "roster", said="absent", by=lena)
        factories.stay(day, cho, 0, 60, "roster", said="left", by=mona)
    sheet = read_sheet(past.public, data=LIST, name="list.csv", tz="", by=lena)
    guest = factories.register(factories.make_webinar(session), "Guest", "guest@example.org")
    return Made(
        ids={
            "SESSION": session.pk,
            "SHEET": sheet.pk,
            "ANA": ana.pk,
            "WHO": f"u{ana.pk}",
            "LINK": guest.token,
            "BATCH": batch.slug,
            "OLD": "1-000000000000000000000000",
        },
        people={"lena": lena, "mona": mona, "ana": ana, "ben": ben},
    )


EVERYBODY = ("nobody", "charlie", "bob", "alice", "olga", *PEOPLE)


def _who(default: int, **others: int) -> dict[str, int]:
    return {**dict.fromkeys(EVERYBODY, default), "nobody": 302, **others}


S, B = {"pk": "SESSION"}, {"slug": "BATCH"}
KEEP = _who(404, olga=200, lena=200, mona=200, ana=403)
SENT = _who(404, olga=400, lena=400, mona=400, ana=403)
CASES = {
    "attendance-session": ("GET", S, KEEP),
    "attendance-person": ("GET", {**S, "key": "WHO"}, KEEP),
    "attendance-import": ("GET", S, KEEP),
    "attendance-sheet": ("GET", {"pk": "SHEET"}, KEEP),
    "attendance-code": ("GET", S, KEEP),
    "attendance-code-now": ("GET", S, KEEP),
    "attendance-roster": ("GET", S, KEEP),
    "attendance-marks": ("POST", S, SENT),
    "attendance-worker": ("GET", S, KEEP),
    "attendance-join": ("GET", S, _who(404, ana=200)),
    "attendance-guest": ("GET", {"token": "LINK"}, dict.fromkeys(EVERYBODY, 200)),
    "attendance-ping": ("POST", {}, dict.fromkeys(EVERYBODY, 400)),
    "attendance-type": ("GET", {}, _who(200)),
    "attendance-in": ("GET", S, _who(404, ana=200)),
    "attendance-scan": ("GET", {**S, "token": "OLD"}, dict.fromkeys(EVERYBODY, 400)),
    "my-attendance": ("GET", {}, _who(200)),
    "attendance-batch": ("GET", B, _who(404, olga=200, mona=200, ana=403)),
    "attendance-counting": ("GET", B, _who(404, olga=200, mona=200, ana=403)),
    "attendance-of": ("GET", {**B, "pk": "ANA"}, _who(404, olga=200, mona=200, ana=200)),
}
PAGES = [
    ("/sessions/SESSION/attendance/", "lena"),
    ("/sessions/SESSION/attendance/WHO/", "mona"),
    ("/sessions/SESSION/attendance/import/", "lena"),
    ("/attendance/lists/SHEET/", "lena"),
    ("/sessions/SESSION/code/", "lena"),
    ("/sessions/SESSION/roster/", "lena"),
    ("/sessions/SESSION/join/", "ana"),
    ("/join/LINK/", "nobody"),
    ("/in/", "ana"),
    ("/in/SESSION/", "ana"),
    ("/attendance/", "ana"),
    ("/batches/BATCH/attendance/", "mona"),
    ("/batches/BATCH/attendance/counting/", "mona"),
    ("/batches/BATCH/attendance/of/ANA/", "ana"),
]
