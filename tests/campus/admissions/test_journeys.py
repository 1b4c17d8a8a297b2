"""In a real browser: nominate, co-sign on a phone, apply on a bad line."""

import pytest

from applicants import a_batch, a_call, a_nomination, a_nominee, a_representative, big_pdf, filled_in
from browsing import complaints
from nagara.campus.admissions.domain import cosigning, nominating
from nagara.campus.admissions.domain.nominating import Nominator
from nagara.campus.admissions.models import Application, Nomination, Upload
from nagara.campus.cities.models import City
from nagara.campus.notices.models import Notice
from nagara.campus.people.domain import add_person

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


def _link(address: str, kind: str) -> str:
    body = Notice.objects.filter(address=address, body__contains=f"/{kind}/").latest("pk").body
    return f"/{kind}/" + body.split(f"/{kind}/")[1].split("/")[0] + "/"


@pytest.mark.parametrize("screen", ["desktop", pytest.param("phone", marks=pytest.mark.full)])
def test_a_representative_nominates_and_the_supervisor_signs_on_a_phone(screen, visit, crowd):
    call = a_call()
    nina = a_representative()
    page = visit(f"/calls/{call.slug}/", who=nina, screen=screen)
    page.click("text=Nominations")
    page.wait_for_selector("text=24 of 24 places left for Indonesia")
    page.click("a.button:has-text('Nominate')")
    page.fill("#id_name", "Siti @ Aisyah binti Abdullah")
    page.fill("#id_email", "siti@mail.example")
    page.select_option("#id_city", label="Makassar")
    page.fill("#id_supervisor_name", "Budi")
    page.fill("#id_supervisor_email", "budi@mail.example")
    page.click("button:has-text('Nominate')")
    page.wait_for_selector("text=is nominated. An invitation is on its way.")
    page.wait_for_selector("text=23 of 24 places left for Indonesia")
    assert page.said == []

    phone = visit(_link("budi@mail.example", "cosign"), screen="phone", javascript=False)
    phone.fill("#id_position", "Director of planning")
    phone.check("text=Yes, I sign")
    phone.click("text=Send my answer")
    phone.wait_for_selector("text=You have signed the nomination of Siti @ Aisyah binti Abdullah")
    assert Nomination.objects.get().state == "cosigned"

    nominee = visit(_link("siti@mail.example", "nominated"), screen="phone")
    nominee.click("text=Begin or go on with my application")
    nominee.wait_for_selector("h1:has-text('Your application')")
    assert complaints(nominee) == []


@pytest.mark.parametrize("screen", ["phone", pytest.param("desktop", marks=pytest.mark.full)])
def test_an_applicant_saves_loses_the_line_goes_on_and_hands_in(screen, visit, crowd, tmp_path):
    call = a_call()
    a_nomination(call, crowd.alice)
    dewi = add_person("dewi@example.org", passport_name="Dewi Lestari", password=None)
    page = visit(f"/calls/{call.slug}/apply/", who=dewi, screen=screen)
    page.click("text=Begin")
    page.click("text=About you")
    page.check("text=woman")
    page.click("text=Save and go on")
    page.fill("#id_years_in_field", "5")
    page.click("text=Save for later")
    page.wait_for_selector("h1:has-text('Your application')")
    filled_in(call, dewi)  # the other pages

    content = big_pdf(1_500_000)
    (tmp_path / "cv.pdf").write_bytes(content)
    page.goto(page.url.split("#")[0])
    page.click("a:has-text('Send it: Curriculum vitae')")
    page.wait_for_selector("#file")
    pieces = []

    def lose_the_line(request):
        if request.method == "PATCH":
            pieces.append(request)
            if len(pieces) == 3:
                page.context.set_offline(True)

    page.on("request", lose_the_line)
    page.set_input_files("#file", str(tmp_path / "cv.pdf"))
    page.click("button:has-text('Send')")
    page.wait_for_selector("text=The line is lost", timeout=20_000)
    kept = Upload.objects.get().offset
    assert 0 < kept < len(content)
    page.context.set_offline(False)
    page.wait_for_url("**/applications/*/#documents", timeout=30_000)
    application = Application.objects.get()
    document = application.documents.get(kind="cv")
    assert document.path.read_bytes() == content
    assert Upload.objects.count() == 1  # it went on: no second beginning

    page.click("text=Check and hand in")
    page.wait_for_selector("text=These documents are missing")
    page.check("#anyway")
    page.click("button:has-text('Hand in')")
    page.wait_for_selector("text=Your application is handed in.")
    application.refresh_from_db()
    assert application.reference in page.text_content("main")
    page.reload()
    assert complaints(page) == []


def test_an_upload_goes_on_after_the_page_was_closed(visit, crowd, tmp_path):
    call = a_call(needs_nomination=False)
    application = filled_in(call, crowd.bob)
    content = big_pdf(1_200_000)
    (tmp_path / "cv.pdf").write_bytes(content)
    address = f"/applications/{application.pk}/documents/cv/"
    page = visit(address, who="bob", screen="phone")
    pieces = []

    def cut(route):
        pieces.append(route)
        if len(pieces) > 2:
            route.abort()
        else:
            route.continue_()

    page.route(
        "**/uploads/*/", lambda route: cut(route) if route.request.method == "PATCH" else route.continue_()
    )
    page.set_input_files("#file", str(tmp_path / "cv.pdf"))
    page.click("button:has-text('Send')")
    page.wait_for_selector("text=The line is lost", timeout=20_000)
    kept = Upload.objects.get().offset
    assert kept > 0
    page.reload()
    page.unroute_all()
    first = []
    page.on(
        "request",
        lambda r: first.append(r.headers["upload-offset"]) if r.method == "PATCH" else None,
    )
    page.set_input_files("#file", str(tmp_path / "cv.pdf"))
    page.click("button:has-text('Send')")
    page.wait_for_url("**/applications/*/#documents", timeout=30_000)
    assert first[0] == str(kept)
    assert application.documents.get(kind="cv").path.read_bytes() == content


def test_everything_works_without_javascript(visit, crowd, tmp_path):
    call = a_call(needs_nomination=False)
    (tmp_path / "cv.pdf").write_bytes(big_pdf(20_000))
    page = visit(f"/calls/{call.slug}/", who="bob", screen="phone", javascript=False)
    page.click("text=Apply")
    page.click("text=Begin")
    page.click("a:has-text('Send it: Curriculum vitae')")
    page.set_input_files("#file", str(tmp_path / "cv.pdf"))
    page.click("button:has-text('Send')")
    page.wait_for_selector("text=Curriculum vitae: received.")


def test_the_office_returns_documents_after_a_preview_of_the_letters(visit, crowd):
    from applicants import handed_in

    call = a_call(needs_nomination=False)
    handed_in(call, crowd.bob)
    page = visit(f"/calls/{call.slug}/applications/", who="olga")
    page.check("input[name=application]")
    page.select_option("#b-action", "return")
    page.select_option("#b-kind", "cv")
    page.fill("#b-remark", "Please sign it.")
    page.click("text=Preview")
    page.wait_for_selector("text=Nothing is done yet.")
    assert "Please sign it." in page.text_content(".letter")
    assert complaints(page) == []
    page.click("button:has-text('Do it for 1')")
    page.wait_for_selector("text=Done for 1 application.")
    assert Application.objects.get().state == "returned"


def test_the_public_pages_are_light(visit, crowd):
    import gzip

    call = a_call()
    for path in ("/calls/", f"/calls/{call.slug}/"):
        page = visit(path)
        assert sum(len(gzip.compress(r.response().body())) for r in page.asked) <= 60_000, path
        assert len(page.asked) <= 12, path


@pytest.mark.full
def test_pages_of_a_scholarship_and_of_a_head_of_department_are_accessible(visit, crowd):
    masters = a_call(batch=a_batch("masters-smart-cities", "Master's 2031"))
    application = filled_in(masters, crowd.bob)
    call = a_call()
    jakarta = City.objects.select_related("state").get(slug="jakarta")
    head = nominating.ask_head(
        call,
        name="Hana",
        email="hana@mail.example",
        department="Roads",
        home_state=jakarta.state,
        by=crowd.olga,
    )
    nominator = Nominator("head", jakarta.state, jakarta, None, head)
    made = nominating.nominate(call, a_nominee(), nominator=nominator)
    cosigning.sign(made.cosignature, name="Budi", position="Head", yes=True)
    problems = {}
    for path, who in (
        (_link("hana@mail.example", "nominate"), "nobody"),
        (_link("budi@example.org", "cosign"), "nobody"),
        (f"/applications/{application.pk}/citizenship/", "bob"),
        (f"/applications/{application.pk}/submit/", "bob"),
        (f"/applications/{application.pk}/", "olga"),
        ("/cosign/nothing/", "nobody"),
    ):
        page = visit(path, who=who, screen="phone")
        wide = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
        found = complaints(page) + ([f"{wide} px too wide"] if wide > 0 else [])
        if found:
            problems[path] = found
        page.context.close()
    assert problems == {}
    page = visit(f"/applications/{application.pk}/", who="olga")
    page.click("text=Read the answers about citizenship")
    page.fill("#c-reason", "list of the scholarship")
    page.click("text=Read them")
    page.wait_for_selector("text=This reading is written down")
    assert complaints(page) == []
