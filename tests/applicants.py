"""Calls, nominations and applications for tests."""

from __future__ import annotations

import io
import zipfile
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

from nagara.campus.admissions.domain import applying, nominating
from nagara.campus.admissions.domain.calls import make_call
from nagara.campus.admissions.domain.nominating import Nominator, Nominee
from nagara.campus.admissions.models import Application, Call, Nomination
from nagara.campus.cities.domain import name_representative
from nagara.campus.cities.models import City, State
from nagara.campus.people.domain import add_person
from nagara.campus.people.models import User
from nagara.campus.programmes.domain import create_batch
from nagara.campus.programmes.domain.seeding import seed
from nagara.campus.programmes.models import Batch, ProgrammeVersion

PDF = b"%PDF-1.4\n1 0 obj<</Type/Catalog>>endobj\ntrailer<</Root 1 0 R>>\n%%EOF\n"
PNG = b"\x89PNG\r\n\x1a\n" + bytes(20) + b"IEND\xaeB`\x82"
JPEG = b"\xff\xd8\xff\xe0" + bytes(64) + b"\xff\xd9"


def zipped(*names: str) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as parcel:
        for name in names:
            parcel.writestr(name, "<x/>")
    return out.getvalue()


def docx(*more: str) -> bytes:
    return zipped("[Content_Types].xml", "word/document.xml", *more)


def big_pdf(size: int) -> bytes:
    """A PDF of exactly `size` bytes."""
    return b"%PDF-1.4\n" + b"%" + b"x" * (size - 16) + b"\n%%EOF"


def wall(days: float, zone: str = "Asia/Seoul") -> datetime:
    """The wall time in a zone, some days from now."""
    at = datetime.now(UTC) + timedelta(days=days)
    return at.astimezone(ZoneInfo(zone)).replace(tzinfo=None, second=0, microsecond=0)


def a_batch(programme: str = "ascn-short-course", name: str = "Short Course 2031", year: int = 2031) -> Batch:
    if not ProgrammeVersion.objects.exists():
        seed()
    version = ProgrammeVersion.objects.get(programme__slug=programme, number=1)
    host = State.objects.get(iso2="KR")
    return create_batch(
        version=version,
        name=name,
        starts=date(year, 3, 3),
        ends=date(year, 3, 21),
        by=None,
        host_state=host,
        host_name="The host university",
    )


def a_call(*, open: bool = True, batch: Batch | None = None, **given) -> Call:
    """A published call that is open (or one that closed an hour ago)."""
    times = {"opens": wall(-10), "closes": wall(10 if open else -1 / 24)}
    call = make_call(batch or a_batch(), by=None, **{**times, **given})
    call.state = Call.State.PUBLISHED
    call.save()
    return call


def a_representative(iso2: str = "ID", email: str = "nina@example.org") -> User:
    nina = add_person(email, passport_name="Nina", password=None)
    name_representative(State.objects.get(iso2=iso2), nina, by=None)
    return nina


def a_nominee(email: str = "dewi@example.org", name: str = "Dewi Lestari") -> Nominee:
    return Nominee(name, email, "Planner", "City planning", "Budi", "budi@example.org", "Head")


def a_nomination(
    call: Call,
    user: User,
    *,
    city: str = "jakarta",
    email: str = "dewi@example.org",
    name: str = "Dewi Lestari",
) -> Nomination:
    place = City.objects.select_related("state").get(slug=city)
    nominator = Nominator("csco", place.state, place, user)
    return nominating.nominate(call, a_nominee(email, name), nominator=nominator)


def an_application(call: Call, user: User) -> Application:
    """A draft, as the person begins it."""
    return applying.start(call, user=user)


def filled_in(call: Call, user: User) -> Application:
    """A draft with everything but documents."""
    application = an_application(call, user)
    jakarta = City.objects.select_related("state").get(slug="jakarta")
    applying.save_work(
        application,
        by=user,
        city=jakarta,
        home_state=jakarta.state,
        position="Planner",
        department="City planning",
        years_in_field=5,
    )
    applying.save_sex(application, "woman", by=user)
    answers = {
        q["key"]: {"yes-no": True, "choice": q["choices"][0] if q["choices"] else ""}.get(
            q["kind"], "An answer"
        )
        for page in call.questions
        for q in page["questions"]
    }
    applying.save_answers(application, answers, by=user)
    if call.asks_citizenship:
        applying.save_citizenship(
            application, {"self": "no", "first_parent": "no", "second_parent": "no"}, by=user
        )
    application.refresh_from_db()
    return application


def hand_over(document, content: bytes = PDF, *, name: str = "cv.pdf", by: User | None = None):
    """Keep `content` as the document, as the plain form does."""
    import tempfile
    from pathlib import Path

    from nagara.campus.admissions.domain import documents

    with tempfile.NamedTemporaryFile(delete=False) as file:
        file.write(content)
    return documents.keep(document, Path(file.name), name=name, by=by or document.application.user)


def handed_in(call: Call, user: User, *, documents: bool = True) -> Application:
    application = filled_in(call, user)
    if documents:
        for document in application.documents.all():
            hand_over(document)
    return applying.submit(application, by=user, anyway=True)
