"""Who may open what of admissions. Nina is the National Representative of Indonesia, Dewi is nominated by
Alice and has begun an application, Mia manages the batch."""

import uuid

from addresses import Made
from applicants import a_batch, a_call, a_nomination, a_representative, hand_over
from nagara.campus.admissions.domain import applying, nominating, uploading
from nagara.campus.admissions.domain.calls import make_call
from nagara.campus.admissions.models import Application
from nagara.campus.people import links
from nagara.campus.people.domain import add_person
from nagara.campus.programmes.domain import give_role

PEOPLE = ("nina", "dewi", "mia")


def make(crowd) -> Made:
    nina = a_representative()
    dewi = add_person("dewi@example.org", passport_name="Dewi Lestari", password=None)
    mia = add_person("mia@example.org", passport_name="Mia", password=None)
    call = a_call()
    give_role(call.batch, mia, "coordinator", by=None)
    draft = make_call(a_batch(name="Not yet 2032", year=2032), by=None)
    empty = a_batch(name="Empty 2033", year=2033)
    give_role(empty, mia, "manager", by=None)
    nomination = a_nomination(call, crowd.alice)
    application = applying.start(call, user=dewi)
    document = application.documents.get(kind="cv")
    hand_over(document)
    upload = uploading.begin(application.documents.get(kind="statement"), name="a.pdf", length=9, by=dewi)
    jakarta = nomination.city
    head = nominating.ask_head(
        call,
        name="Hana",
        email="hana@example.org",
        department="Roads",
        home_state=jakarta.state,
        by=crowd.olga,
    )
    ids = {
        "CALL": call.slug,
        "DRAFT": draft.slug,
        "EMPTY": empty.slug,
        "NOMINATION": nomination.pk,
        "APPLICATION": application.pk,
        "UPLOAD": upload.pk,
        "HEADTOKEN": links.make("nominate", str(head.pk), days=3),
        "NOMINEETOKEN": links.make("nominee", str(nomination.pk), days=3),
        "COSIGNTOKEN": links.make("cosign", str(nomination.cosignature.pk), days=3),
        "FOREIGN": links.make("invitation", str(nomination.pk), days=3),
        "EXPIRED": links.make("cosign", str(nomination.cosignature.pk), days=-1),
        "NOBODYS": uuid.uuid4(),
    }
    data = {"call-move": {"say": "publish", "reason": "x"}, "application-judge": {"say": "accept"}}
    before = {
        "application-withdraw": lambda: Application.objects.update(state="draft"),
        "call-move": lambda: None,
    }
    return Made(ids, {"nina": nina, "dewi": dewi, "mia": mia}, data, before)


def _all(status: int, **others: int) -> dict[str, int]:
    everybody = ("nobody", "charlie", "bob", "alice", "olga", *PEOPLE)
    return dict.fromkeys(everybody, status) | others


CALL, APPLICATION = {"slug": "CALL"}, {"pk": "APPLICATION"}
RUN = _all(403, nobody=302, olga=200, mia=200)
NOMINATE = _all(200, nobody=302, bob=403, dewi=403)
OWN = _all(404, nobody=302, dewi=200)
OWN_POST = _all(404, nobody=302, dewi=302)
DESK = _all(404, nobody=302, olga=302, mia=302, dewi=403)
CASES = {
    "calls": ("GET", {}, _all(200)),
    "call": ("GET", CALL, _all(200)),
    "call-pdf": ("GET", CALL, _all(200)),
    "call-edit": ("GET", CALL, RUN),
    "call-move": ("POST", CALL, _all(403, nobody=302, olga=302, mia=302)),
    "call-make": ("POST", {"slug": "EMPTY"}, _all(404, nobody=302, olga=302, mia=302)),
    "nominations": ("GET", CALL, NOMINATE),
    "nominate": ("GET", CALL, _all(403, nobody=302, charlie=200, alice=200, nina=200)),
    "ask-head": ("GET", CALL, RUN),
    "nomination": (
        "GET",
        {"pk": "NOMINATION"},
        _all(404, nobody=302, alice=200, olga=200, nina=200, mia=200),
    ),
    "nomination-change": (
        "POST",
        {"pk": "NOMINATION"},
        _all(404, nobody=302, nina=403),  # nothing said: nothing to do; nina sees it and leaves it to Alice
    ),
    "nominate-by-link": ("GET", {"token": "HEADTOKEN"}, _all(200)),
    "nominee": ("GET", {"token": "NOMINEETOKEN"}, _all(200)),
    "cosign": ("GET", {"token": "COSIGNTOKEN"}, _all(200)),
    "apply": ("GET", CALL, _all(200, nobody=302, dewi=302)),
    "my-applications": ("GET", {}, _all(200, nobody=302)),
    "application": ("GET", APPLICATION, _all(404, nobody=302, dewi=200, olga=200, mia=200)),
    "application-section": ("GET", {**APPLICATION, "section": "work"}, OWN),
    "application-submit": ("GET", APPLICATION, OWN),
    "application-withdraw": ("POST", APPLICATION, OWN_POST),
    "application-document": ("GET", {**APPLICATION, "kind": "statement"}, OWN),
    "application-file": (
        "GET",
        {**APPLICATION, "kind": "cv"},
        _all(404, nobody=302, dewi=200, olga=200, mia=200),
    ),
    "applications": ("GET", CALL, RUN),
    "applications-bulk": ("POST", CALL, _all(403, nobody=302, olga=302, mia=302)),
    "application-judge": ("POST", APPLICATION, DESK),
    "application-grace": ("POST", APPLICATION, DESK),
    "application-citizenship": ("POST", APPLICATION, DESK),
    "uploads": ("POST", {**APPLICATION, "kind": "statement"}, _all(412)),  # no tus client
    "upload": ("GET", {"upload_id": "UPLOAD"}, _all(405)),
}
PAGES = [
    ("/calls/", "nobody"),
    ("/calls/CALL/", "nobody"),
    ("/calls/CALL/", "alice"),
    ("/calls/CALL/edit/", "olga"),
    ("/calls/CALL/nominations/", "alice"),
    ("/calls/CALL/nominations/", "olga"),
    ("/calls/CALL/nominate/", "nina"),
    ("/calls/CALL/heads/", "olga"),
    ("/calls/CALL/apply/", "bob"),
    ("/calls/CALL/applications/", "olga"),
    ("/nominations/NOMINATION/", "alice"),
    ("/nominate/HEADTOKEN/", "nobody"),
    ("/nominated/NOMINEETOKEN/", "nobody"),
    ("/cosign/COSIGNTOKEN/", "nobody"),
    ("/applications/", "dewi"),
    ("/applications/APPLICATION/", "dewi"),
    ("/applications/APPLICATION/", "olga"),
    ("/applications/APPLICATION/you/", "dewi"),
    ("/applications/APPLICATION/work/", "dewi"),
    ("/applications/APPLICATION/experience/", "dewi"),
    ("/applications/APPLICATION/submit/", "dewi"),
    ("/applications/APPLICATION/documents/statement/", "dewi"),
]
