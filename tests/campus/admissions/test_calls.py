"""Calls: make, edit, publish, close, copy; the booklet on the web and on paper."""

import gzip
import re
import shutil
import subprocess
import unicodedata

import pytest

from applicants import a_batch, a_call, wall
from nagara.campus.admissions import booklet
from nagara.campus.admissions.domain.calls import close_call, copy_calls, edit_call, make_call, publish_call
from nagara.campus.admissions.domain.references import prefix_for
from nagara.campus.admissions.models import Call
from nagara.campus.audit.models import Event
from nagara.campus.design import markdown
from nagara.campus.people.models import User
from nagara.campus.programmes.domain import copy_batch
from nagara.citylab.errors import CityLabError


def test_a_new_call_has_what_its_programme_brings(crowd):
    call = make_call(a_batch(), by=crowd.olga)
    assert (call.state, call.needs_nomination, call.tz) == ("draft", True, "Asia/Seoul")
    assert [s["key"] for s in call.sections] == ["overview", "city-report", "action-plan", "costs"]
    assert [d["kind"] for d in call.documents] == ["cv", "employment", "statement", "english"]
    assert [rule["id"] for rule in call.eligibility] == ["years", "again", "english"]
    assert call.closes < call.closes.replace(year=call.batch.starts.year + 1)
    assert Event.objects.get(verb="call made").by == crowd.olga


def test_a_draft_is_seen_by_those_who_run_the_batch_only(crowd):
    call = make_call(a_batch(), by=None)
    for person, status in {"nobody": 404, "alice": 404, "olga": 200}.items():
        assert crowd.client(person).get(f"/calls/{call.slug}/").status_code == status
        assert crowd.client(person).get(f"/calls/{call.slug}.pdf").status_code == status
    assert call.title not in crowd.client("nobody").get("/calls/").content.decode()


def test_publishing_and_closing_need_a_reason_and_are_written_down(crowd):
    call = make_call(a_batch(), by=None, opens=wall(-1), closes=wall(9))
    with pytest.raises(CityLabError, match="Say why"):
        publish_call(call, by=crowd.olga, reason=" ")
    call = publish_call(call, by=crowd.olga, reason="approved")
    assert call.standing() == "open"
    call = close_call(call, by=crowd.olga, reason="budget cut")
    assert call.standing() == "closed"
    assert (
        list(Event.objects.filter(verb__startswith="call ").values_list("reason", flat=True)[:3]).count("")
        == 1
    )


def test_a_call_is_not_published_after_its_time(crowd):
    call = make_call(a_batch(), by=None, opens=wall(-9), closes=wall(-1))
    with pytest.raises(CityLabError, match="closing time has passed"):
        publish_call(call, by=crowd.olga, reason="late")


def test_a_published_call_is_changed_with_a_reason(crowd):
    call = a_call()
    with pytest.raises(CityLabError, match="say why"):
        edit_call(call, by=crowd.olga, title="New")
    edit_call(call, by=crowd.olga, reason="typo", title="New")
    assert Event.objects.get(verb="call changed").data == {"fields": ["title"]}


@pytest.mark.parametrize(
    ("field", "value", "said"),
    [
        ("tz", "Seoul", "no time zone"),
        ("closes", wall(-99), "closes before it opens"),
        ("quotas", [{"scope": "moon", "most": 3}], "needs a scope"),
        ("quotas", [{"scope": "state", "most": -1}], "number of places"),
        ("documents", [{"kind": "cv", "title": "CV", "types": ["exe"]}], "Unknown types"),
        ("documents", [{"kind": "c v", "title": "CV"}], "no short name"),
        ("documents", [{"kind": "cv", "title": "A"}, {"kind": "cv", "title": "B"}], "same short name"),
        ("questions", [{"key": "you", "title": "x"}], "page of its own"),
        ("questions", [{"key": "a", "title": "x", "questions": [{"key": "q"}]}], "short name and words"),
        ("eligibility", [{"id": "a", "fact": "x", "op": "~", "value": 1}], "op must be one of"),
        ("sections", [{"text": "no title"}], "needs a title"),
    ],
)
def test_what_makes_no_sense_is_refused_with_where(field, value, said, crowd):
    call = make_call(a_batch(), by=None, opens=wall(-9), closes=wall(9))
    with pytest.raises(CityLabError, match=said):
        edit_call(call, by=crowd.olga, **{field: value})


def test_the_office_edits_by_the_form(crowd):
    call = make_call(a_batch(), by=None, opens=wall(-9), closes=wall(9))
    client = crowd.client("olga")
    page = client.get(f"/calls/{call.slug}/edit/").content.decode()
    fields = dict(re.findall(r'name="([a-z_]+)"[^>]*value="([^"]*)"', page))
    data = {k: fields[k] for k in ("title", "summary", "opens", "closes", "tz")}
    data |= {
        "quotas": "state * 6\nstate TL 8",
        "documents": "- kind: cv\n  title: ประวัติ\n",
        "questions": "",
        "eligibility": "",
        "section-0-title": "Overview",
        "section-0-text": "**Bold** <script>alert(1)</script>",
        "section-4-title": "More",
        "section-4-text": "New",
    }
    answer = client.post(f"/calls/{call.slug}/edit/", data)
    assert answer.status_code == 302, answer.content.decode()
    call.refresh_from_db()
    assert call.quotas[1] == {"scope": "state", "key": "TL", "most": 8}
    assert [s["title"] for s in call.sections] == ["Overview", "More"]
    assert call.documents[0]["title"] == "ประวัติ"
    assert not call.needs_nomination  # the box was not ticked
    page = client.get(f"/calls/{call.slug}/").content.decode()
    assert "<strong>Bold</strong> &lt;script&gt;" in page
    bad = client.post(f"/calls/{call.slug}/edit/", {**data, "quotas": "state six"}).content.decode()
    assert "Line 1: write it as" in bad


def test_copying_a_batch_copies_its_call_as_a_draft_with_times_moved(crowd):
    call = a_call(quotas=[{"scope": "city", "key": "*", "most": 2}])
    source = call.batch
    starts = source.starts.replace(year=source.starts.year + 1)
    new = copy_batch(source, name="Short Course 2032", starts=starts, by=crowd.olga)
    copied = Call.objects.get(batch=new)
    assert (copied.state, copied.title, copied.quotas) == ("draft", "Short Course 2032", call.quotas)
    assert copied.opens - call.opens == copied.closes - call.closes == new.starts - source.starts
    assert copied.prefix != call.prefix
    assert not list(copy_calls(a_batch(name="Without"), new, days=1, by=None))


def test_prefixes_are_short_and_each_one_once(crowd):
    assert prefix_for("ascn-short-course-2027") == "ASC-2027"
    a_call(batch=a_batch(name="ASCN Short Course 2027", year=2027))
    assert prefix_for("asean-smart-cities-2027") == "ASC-2027.2"


def test_the_booklet_is_light_says_both_clocks_and_has_the_modules(crowd, client):
    call = a_call()
    answer = client.get(f"/calls/{call.slug}/")
    page = answer.content.decode()
    assert len(gzip.compress(answer.content)) < 20_000
    assert "Seoul time" in page
    assert "Your clock" in page
    assert "M01" in page
    assert "At least 3 years of work in the field" in page
    assert "Each state: at most 24" in page
    assert "City report" in page
    assert "Action plan" in page


def test_the_booklet_on_paper_has_every_script(crowd, client):
    names = "นางสาว ສະບາຍດີ ភូមិ မြန်မာ Đặng தமிழ் جاوي 한국 Nguyễn"
    call = a_call(
        sections=[{"title": names, "text": f"# Head\n\n- **{names}** *x* [a](https://example.org)\n\n1. one"}]
    )
    answer = client.get(f"/calls/{call.slug}.pdf")
    assert answer["Content-Type"] == "application/pdf"
    assert answer.content.startswith(b"%PDF-")
    assert len(answer.content) > 20_000


@pytest.mark.skipif(not shutil.which("pdftotext"), reason="poppler-utils is not installed")
def test_a_foreign_reader_finds_the_names_in_the_paper(crowd, tmp_path):
    names = [
        "Nguyễn Thị Ánh",
        "José Peñaflor",
        "陳美芳",
        "한서연",
        "Muthu A/L Raman @ Ali",
        "ณรงค์ วงศ์สกุล",
        "ສົມສັກ",
    ]
    call = a_call(sections=[{"title": "People", "text": "\n\n".join(names)}])
    (tmp_path / "call.pdf").write_bytes(booklet.pdf(call))
    read = subprocess.run(["pdftotext", str(tmp_path / "call.pdf"), "-"], capture_output=True, check=True)
    text = _plain(read.stdout.decode())
    assert [name for name in names if _plain(name) not in text] == []


def _plain(text):
    """Readers set spaces between the marks of some scripts."""
    return "".join(unicodedata.normalize("NFC", text).split())


def test_markdown_shows_html_as_text_and_no_foreign_address_runs():
    shown = markdown.html("# Big\n\n[x](javascript:alert(1)) <b>y</b> ![p](http://e.org/p.png)")
    assert "<h3>Big</h3>" in shown
    assert "<b>" not in shown
    assert "<img" not in shown
    assert 'href="javascript' not in shown


def test_the_list_of_calls_asks_as_often_for_three_as_for_one(crowd, client, django_assert_num_queries):
    a_call()
    with django_assert_num_queries(1):
        client.get("/calls/")
    for year in (2034, 2035):
        a_call(batch=a_batch(name=f"Short Course {year}", year=year))
    with django_assert_num_queries(1):
        client.get("/calls/")
    assert User.objects.count() == 4
