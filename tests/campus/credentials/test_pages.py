"""Pages of certificates: the check, the list as a file, wording, earlier years, own data."""

from __future__ import annotations

import io
import json
import re
import struct
import zlib

import openpyxl
import pytest

from nagara.campus.credentials import badges, paper
from nagara.campus.credentials.domain import add_signatory, change_wording, issue, record_earlier, revoke
from nagara.campus.credentials.domain.earlier import waiting
from nagara.campus.credentials.domain.numbers import new_code, read_code
from nagara.campus.credentials.domain.wording import wording_of
from nagara.campus.credentials.models import Certificate
from nagara.campus.people.data_port import all_holders
from nagara.campus.people.models import PastParticipation
from nagara.citylab.errors import CityLabError

from . import factories as made

pytestmark = pytest.mark.django_db


@pytest.fixture
def known():
    with made.known_facts() as held:
        yield held


@pytest.fixture
def batch(seeded, known):
    return made.make_batch()


@pytest.fixture
def held(batch):
    made.enrol(batch, "Siti Rahmah binti Haji Abdullah", native_name="سيتي رحمة")
    return issue(batch, by=None, now=made.NOW, quiet=True).made[0]


def _text(answer) -> str:
    return answer.content.decode()


def test_a_code_is_read_as_people_type_it():
    code = new_code()
    assert read_code(f" {code.lower().replace('-', ' ')} ") == code
    assert read_code("7KQ4-M2XP") == ""
    assert read_code("OOOO-IIII-LLLL") == ""


def test_the_check_shows_what_stands_on_the_paper_and_no_more(held, crowd):
    page = _text(crowd.client("nobody").get(held.check_url))
    assert all(word in page for word in ("Valid", held.name, held.number, "1 Jun 2026"))
    assert not any(word in page for word in (held.user.email, "Jakarta"))
    assert not re.search(r"(?<![\w-])(81|93)(?![\w-])", page)  # alone: the code may hold such figures
    said = crowd.client("nobody").get(held.check_url, headers={"accept": "application/json"}).json()
    assert set(said) == {
        "number", "verdict", "kind", "programme", "batch", "origin", "from", "to", "issued", "organisation",
        "name", "native_name",
    }  # fmt: skip
    assert crowd.client("nobody").get("/check/AAAA-AAAA-AAAA/").status_code == 404
    assert crowd.client("nobody").get("/check/AAAA-AAAA-AAAA/?format=json").json() == {"verdict": "unknown"}


def test_a_number_shows_no_name_but_compares_one(held, crowd):
    client = crowd.client("nobody")
    page = _text(client.get("/check/", {"q": held.number.lower()}))
    assert "Valid" in page and held.name not in page
    assert "is the one" in _text(client.get("/check/", {"q": held.number, "name": held.name.upper()}))
    assert "is not the one" in _text(client.get("/check/", {"q": held.number, "name": "Ana"}))
    assert "No certificate has the number" in _text(client.get("/check/", {"q": "CC-1999-0001"}))


def test_an_expired_one_says_so(batch, crowd):
    change_wording(batch, by=None, valid_years=1)
    made.enrol(batch, "Ana")
    held = issue(batch, by=None, now=made.NOW.replace(year=2020), enrolments=None, quiet=True).made[0]
    assert crowd.client("nobody").get(f"{held.check_url}?format=json").json()["verdict"] == "expired"


def test_a_badge_is_judged_on_the_page_and_a_forged_one_is_called_so(held, crowd):
    client = crowd.client("nobody")
    signed = badges.signed_json(held).decode()
    assert f"certificate {held.number}" in _text(client.post("/check/", {"text": signed}))
    forged = signed.replace("Siti Rahmah", "Somebody Else")
    page = _text(client.post("/check/", {"text": forged}))
    assert "Forged" in page and f"certificate {held.number}" not in page
    revoke(held, by=None, reason="x", now=made.NOW)
    assert "Revoked" in _text(client.post("/check/", {"text": badges.signed_token(held)}))
    assert client.post("/check/", {}).status_code == 422
    assert "neither JSON nor a JWT" in _text(client.post("/check/", {"text": "hello"}))


def test_checks_are_limited(held, crowd):
    client = crowd.client("nobody")
    answers = [client.get(held.check_url, REMOTE_ADDR="192.0.2.9").status_code for _ in range(62)]
    assert answers[59] == 200
    assert answers[-1] == 429


def test_both_pictures_hold_the_badge(held):
    for ending in ("png", "svg"):
        data = paper.picture(held, ending)
        inside = badges.openbadges.baked(data)
        found = badges.openbadges.judge(
            data, contexts=badges.contexts(), keys=badges.known_keys(), status=badges.own_status, now=made.NOW
        )
        assert found.verdict == "valid", (ending, found.problems, inside[:80])


def test_the_paper_is_the_same_bytes_for_the_same_snapshot_and_a_revoked_one_is_not_printed(held, crowd):
    assert paper.pdf([held]) == paper.pdf([held])
    client = crowd.client("olga")
    address = f"/certificates/{held.code}/paper.pdf"
    assert client.get(address).content.startswith(b"%PDF")
    revoke(held, by=None, reason="x", now=made.NOW)
    assert client.get(address).status_code == 404
    assert client.get("/batches/short-26/certificates/all.pdf").status_code == 404


def test_specimens_in_every_script_are_one_pdf(batch, crowd):
    answer = crowd.client("olga").get("/batches/short-26/certificates/specimen.pdf?all=1")
    assert answer.content.startswith(b"%PDF")
    assert Certificate.objects.count() == 0


def test_the_list_is_narrowed_and_taken_out_with_why(batch, known, crowd):
    good, bad = made.enrol(batch, "Ana"), made.enrol(batch, "Budi")
    known.say(bad, tests_post_percent=12)
    client = crowd.client("olga")
    page = _text(client.get("/batches/short-26/certificates/?rule=post-test"))
    assert "Budi" in page and "Ana" not in page
    assert "Ana" in _text(client.get("/batches/short-26/certificates/?verdict=Completion"))
    issue(batch, by=None, now=made.NOW, enrolments=[good.pk], quiet=True)
    assert "Ana" not in _text(client.get("/batches/short-26/certificates/?given=none"))
    book = openpyxl.load_workbook(
        io.BytesIO(client.get("/batches/short-26/certificates/?export=xlsx").content)
    )
    rows = list(book.active.iter_rows(values_only=True))
    assert rows[2][3] == "Participation"
    assert "At least 60 of 100 points in the post-test: 12 points" in rows[2]


def test_a_text_with_an_unknown_name_in_braces_is_refused_and_names_what_is_known(batch, crowd):
    with pytest.raises(CityLabError, match="cannot be filled in"):
        change_wording(batch, by=None, full="has completed {cheese}")
    for bad in ("{programme.version}", "{0}", "{", "{programme!r:>9999999999}"):
        with pytest.raises(CityLabError, match="cannot be filled in"):
            change_wording(batch, by=None, full=bad)
    assert wording_of(batch.version).pk is None


def test_wording_is_kept_through_the_page_and_issued_papers_stay(held, batch, crowd):
    client = crowd.client("olga")
    wording = wording_of(batch.version)
    fields = {
        "say": "wording", "prefix": "cc", "organisation": "The Institute", "heading": "Certificate of {kind}",
        "lead": "We certify that", "full": "did {programme}", "otherwise": wording.otherwise, "foot": "",
        "waivers": "count", "valid_years": "",
    }  # fmt: skip
    address = "/batches/short-26/certificates/wording/"
    assert client.post(address, {**fields, "full": "{nonsense}"}).status_code == 422
    assert client.post(address, fields).status_code == 302
    assert wording_of(batch.version).organisation == "The Institute"
    held.refresh_from_db()
    assert held.snapshot["paper"]["organisation"] == "The programme office"


def _png(side: int) -> bytes:
    def chunk(kind: bytes, body: bytes) -> bytes:
        return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))

    rows = zlib.compress((b"\0" + b"\x7f" * side) * side)
    head = struct.pack(">IIBBBBB", side, side, 8, 0, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", rows) + chunk(b"IEND", b"")


def test_a_signature_is_printed_kept_with_the_certificate_and_checked_before(batch):
    for data, said in ((b"GIF89a", "no PNG or JPEG"), (b"x" * 200_001, "too large"), (_png(2001), "pixels")):
        with pytest.raises(CityLabError, match=said):
            add_signatory(batch, name="Han", title="Director", by=None, image=data)
    signed = add_signatory(batch, name="Han", title="Director", by=None, image=_png(20))
    made.enrol(batch, "Ana")
    held = issue(batch, by=None, now=made.NOW, quiet=True).made[0]
    before = paper.pdf([held])
    signed.delete()
    assert paper.pdf([Certificate.objects.get(pk=held.pk)]) == before
    for name in ("A", "B", "C"):
        add_signatory(batch, name=name, title="T", by=None)
    with pytest.raises(CityLabError, match="more do not fit"):
        add_signatory(batch, name="D", title="T", by=None)


def test_earlier_certificates_are_recorded_once_and_marked_so(crowd):
    person = made.person("Budi Santoso")
    for year in (2021, 2022):
        PastParticipation.objects.create(
            user=person, programme_title="Short course", batch_title=f"Course {year}", year=year,
            certificate_number=f"SC-{year}-001", certificate_kind="Completion", source="old.xlsx", source_row=7,
        )  # fmt: skip
    client = crowd.client("olga")
    assert "SC-2021-001" in _text(client.get("/certificates/earlier/"))
    row = waiting().get(year=2021)
    assert client.post("/certificates/earlier/", {"row": row.pk}).status_code == 302
    assert record_earlier(by=crowd.olga, only=[row.pk]) == []
    held = Certificate.objects.get()
    assert (held.number, held.origin, held.has_badge) == ("SC-2021-001", "recorded", False)
    page = _text(crowd.client("nobody").get(held.check_url))
    assert "Recorded from earlier records" in page and "Budi Santoso" in page
    assert crowd.client(person).get(f"/certificates/{held.code}/badge.json").status_code == 404
    assert len(record_earlier(by=crowd.olga)) == 1


def test_own_data_holds_the_certificate(held):
    holder = next(one for one in all_holders() if one.room == "credentials")
    rows = holder.export(held.user)["certificates"]
    assert rows[0]["number"] == held.number
    json.dumps(rows)


@pytest.mark.parametrize("count", [1, 3])
def test_own_certificates_take_few_questions(seeded, crowd, count, django_assert_max_num_queries):
    person = made.person("Ana")
    for n in range(count):
        Certificate.objects.create(
            number=f"X-{n}", code=new_code(), user=person, kind="Completion", issued_at=made.NOW
        )
    client = crowd.client(person)
    with django_assert_max_num_queries(7):
        assert client.get("/certificates/").status_code == 200
