"""Who may open the pages about people."""

from __future__ import annotations

from django.utils import timezone

from addresses import Made
from nagara.campus.notices.models import Notice
from nagara.campus.people.domain import add_person, inviting, past, tokens
from nagara.campus.people.domain.seeding import seed
from nagara.campus.people.models import PeopleImport, User

PEOPLE = ()

SIGNED_IN = {"nobody": 302, "charlie": 200, "bob": 200, "alice": 200, "olga": 200}
OFFICE = {"nobody": 302, "charlie": 403, "bob": 403, "alice": 403, "olga": 200}
OWN = {"nobody": 302, "charlie": 404, "bob": 404, "alice": 200, "olga": 200}
EVERYBODY = {"nobody": 200, "charlie": 200, "bob": 200, "alice": 200, "olga": 200}
NOT_HERE = {"nobody": 404, "charlie": 404, "bob": 404, "alice": 404, "olga": 404}
ALICE = {"pk": "ALICE"}

BY_TOKEN = {"nobody": 401, "charlie": 401, "bob": 401, "alice": 401, "olga": 401}

CASES = {
    "program-me": ("GET", {}, BY_TOKEN),
    "my-letters": ("GET", {}, SIGNED_IN),
    "my-consents": ("GET", {}, SIGNED_IN),
    "my-data": ("GET", {}, SIGNED_IN),
    "my-tokens": ("GET", {}, SIGNED_IN),
    "token-revoke": (
        "POST",
        {"pk": "TOKEN_ROW"},
        {"nobody": 302, "charlie": 404, "bob": 404, "alice": 302, "olga": 404},
    ),
    "people": ("GET", {}, OFFICE),
    "invite": ("GET", {}, OFFICE),
    "consent-words": ("GET", {}, OFFICE),
    "import-people": ("GET", {}, OFFICE),
    "import-sample": ("GET", {}, OFFICE),
    "people-import": ("GET", {"pk": "IMPORT"}, OFFICE),
    "person": ("GET", ALICE, OWN),
    "person-why": ("GET", ALICE, OWN),
    "person-zip": ("GET", ALICE, OWN),
    "person-erase": ("GET", ALICE, OWN),
    "person-change": (
        "GET",
        ALICE,
        {"nobody": 302, "charlie": 404, "bob": 404, "alice": 404, "olga": 200},
    ),
    "invite-many": (
        "POST",
        {},
        {"nobody": 302, "charlie": 403, "bob": 403, "alice": 403, "olga": 200},
    ),
    "invite-again": (
        "POST",
        ALICE,
        {"nobody": 302, "charlie": 404, "bob": 404, "alice": 404, "olga": 302},
    ),
    "invitation": ("GET", {"token": "TOKEN"}, EVERYBODY),
    "demo": ("GET", {}, NOT_HERE),
    "demo-sign-in": ("POST", {}, NOT_HERE),
    "audit": ("GET", {}, OFFICE),
    "notices": ("GET", {}, OFFICE),
    "notice": ("GET", {"pk": "NOTICE"}, OFFICE),
    "notices-act": (
        "POST",
        {},
        {"nobody": 302, "charlie": 403, "bob": 403, "alice": 403, "olga": 200},
    ),
}

PAGES = [
    ("/me/letters/", "alice"),
    ("/me/consents/", "alice"),
    ("/me/data/", "alice"),
    ("/me/tokens/", "alice"),
    ("/people/", "olga"),
    ("/people/invite/", "olga"),
    ("/people/consents/", "olga"),
    ("/people/import/", "olga"),
    ("/people/import/IMPORT/", "olga"),
    ("/people/ALICE/", "olga"),
    ("/people/ALICE/why/?permission=cities.change_data&thing=city/jakarta", "olga"),
    ("/people/ALICE/erase/", "alice"),
    ("/people/ALICE/change/", "olga"),
    ("/invitation/TOKEN/", "nobody"),
    ("/audit/", "olga"),
    ("/notices/", "olga"),
    ("/notices/NOTICE/", "olga"),
    ("/account/login/code/", "nobody"),
    ("/account/2fa/webauthn/", "alice"),
]

TABLE = """E-mail,Name as in passport,Country,Programme,Batch,Year,City,Certificate number
,Alice,Indonesia,Short course,Short Course 2019,2019,Jakarta,C-1
new@example.net,ແກ້ວມະນີ ພົມມະຈັນ,Lao PDR,Short course,Short Course 2019,2019,Vientiane,C-2
"""


def make(crowd) -> Made:
    seed()
    guest = add_person("guest@example.org", passport_name="Nguyễn Thị Ánh", password=None)
    invitation = inviting.send(guest, by=crowd.olga)
    notice = Notice.objects.create(
        to=crowd.alice, address="alice@example.org", template="x/y", subject="Hello", body="A", state="held"
    )
    table = past.examine(TABLE.encode(), "2019.csv", by=crowd.olga)
    assert table.state == PeopleImport.State.EXAMINED
    key, _ = tokens.make_token(crowd.alice, name="Notebook", scopes=["read"], days=30, now=timezone.now())
    ids = {"TOKEN_ROW": key.pk, "ALICE": crowd.alice.pk, "IMPORT": table.pk, "NOTICE": notice.pk}
    before = {"invite-again": lambda: User.objects.update(last_login=None)}
    data = {"notices-act": {"verb": "release", "id": [str(notice.pk)]}}
    return Made(ids=ids | {"TOKEN": inviting.token_of(invitation)}, data=data, before=before)
