"""Who may open what of certificates. Ria runs the batch, Pia has a certificate of it, Leo teaches in it."""

import importlib.util
from datetime import date
from pathlib import Path

from addresses import Made
from nagara.campus.credentials import keys
from nagara.campus.credentials.domain import issue
from nagara.campus.programmes.models import BatchRole, RoleKind

PEOPLE = ("ria", "pia", "leo")


def _load(name):
    """The factories beside this file, which is itself loaded by its path."""
    spec = importlib.util.spec_from_file_location(
        "credentials_factories", Path(__file__).with_name(f"{name}.py")
    )
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def make(crowd) -> Made:
    factories = _load("factories")
    batch = factories.make_batch()
    ria = factories.manager(batch)
    RoleKind.objects.get_or_create(slug="lecturer", defaults={"name": "Lecturer"})
    leo = factories.person("Leo")
    BatchRole.objects.create(batch=batch, user=leo, role="lecturer", since=date(2026, 1, 1))
    with factories.known_facts():
        pia = factories.enrol(batch, "Pia Lopez", native_name="ແກ້ວມະນີ")
        given = issue(batch, by=crowd.olga, now=factories.NOW, quiet=True).made[0]
    return Made(
        ids={"CODE": given.code, "LINE": pia.pk, "KEY": keys.signing().key_id},
        people={"ria": ria, "pia": pia.user, "leo": leo},
    )


EVERYBODY = ("nobody", "charlie", "bob", "alice", "olga", *PEOPLE)


def _who(default: int, **others: int) -> dict[str, int]:
    return {**dict.fromkeys(EVERYBODY, default), **others}


S, C = {"slug": "short-26"}, {"code": "CODE"}
RUN = _who(404, nobody=302, olga=200, ria=200, pia=403, leo=403)
HOLD = _who(404, nobody=302, olga=200, ria=200, pia=200)
CASES = {
    "certificates": ("GET", {}, _who(200, nobody=302)),
    "certificates-earlier": ("GET", {}, _who(403, nobody=302, olga=200)),
    "certificate": ("GET", C, HOLD),
    "certificate-pdf": ("GET", C, HOLD),
    "certificate-badge": ("GET", {**C, "ending": "jwt"}, HOLD),
    "batch-certificates": ("GET", S, RUN),
    "batch-certificates-issue": ("GET", S, RUN),
    "certificate-wording": ("GET", S, RUN),
    "certificate-specimen": ("GET", S, RUN),
    "batch-certificates-pdf": ("GET", S, RUN),
    "certificate-line": ("GET", {**S, "pk": "LINE"}, RUN),
    "checks": ("GET", {}, _who(200)),
    "check": ("GET", C, _who(200)),
    "badge-issuer": ("GET", {}, _who(200)),
    "badge-key": ("GET", {"key_id": "KEY"}, _who(200)),
    "badge-jwk": ("GET", {"key_id": "KEY"}, _who(200)),
    "badge-achievement": (
        "GET",
        {"slug": "city-course", "number": 1, "kind": "completion"},
        _who(200),
    ),
    "badge-status": ("GET", {"number": 1}, _who(200)),
    "badge-revocations": ("GET", {}, _who(200)),
    "badge-did": ("GET", {}, _who(200)),
    "badge-jwks": ("GET", {}, _who(200)),
}
PAGES = [
    ("/certificates/", "pia"),
    ("/certificates/CODE/", "pia"),
    ("/certificates/CODE/", "ria"),
    ("/certificates/earlier/", "olga"),
    ("/batches/short-26/certificates/", "ria"),
    ("/batches/short-26/certificates/issue/", "ria"),
    ("/batches/short-26/certificates/wording/", "ria"),
    ("/batches/short-26/certificates/people/LINE/", "ria"),
    ("/check/", "nobody"),
    ("/check/CODE/", "nobody"),
]
