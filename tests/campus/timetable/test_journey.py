"""A manager plans three weeks around the holidays of 12 states and two travel days, releases them, moves a
session; those concerned, and only they, are told."""

from datetime import date, timedelta

import pytest

from nagara.campus.notices.models import Notice
from nagara.campus.programmes.domain import give_role
from nagara.campus.programmes.models import RoleKind
from nagara.campus.timetable.domain import make_group
from nagara.campus.timetable.models import PublicSession, Session

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
FIRST = date(2029, 5, 28)  # Vesak, Pancasila Day, Memorial Day at the host and others fall into these weeks
CITIES = (
    "jakarta", "yangon", "bangkok", "ha-noi", "vientiane", "phnom-penh", "kuala-lumpur", "manila", "singapore",
    "bandar-seri-begawan", "dili",
)  # fmt: skip


@pytest.fixture
def planned(f):
    """A batch of people of eleven states with a host, a plan with lines, two groups, two rooms."""
    from nagara.campus.cities.models import City

    batch = f.make_batch(starts=FIRST, ends=FIRST + timedelta(days=18))
    there = [slug for slug in CITIES if City.objects.filter(slug=slug).exists()]
    people = f.enrol(batch, *there)
    make_group(batch, "Group A", people[:5], by=None)
    make_group(batch, "Group B", people[5:], by=None)
    f.make_room("Hall", 60)
    f.make_room("Lab", 6)
    kind = f.ActivityKind.objects.get(slug="course")
    lines = [(0, "Opening"), (1, "Data"), (7, "Mobility"), (9, "Sensors"), (14, "Studio"), (16, "Pitch")]
    for offset, title in lines:
        batch.activities.create(
            kind=kind, title=title, day=FIRST + timedelta(days=offset), at="09:30", hours=2
        )
    RoleKind.objects.get_or_create(slug="manager", defaults={"name": "Manager", "runs": True})
    lecturer = f.person("Lena Lecturer", tz="Europe/Berlin")
    give_role(batch, lecturer, "manager", by=None)
    return batch, people, lecturer


def fill(page, name, value):
    page.fill(f"#id_{name}", value)


@pytest.mark.parametrize(
    ("screen", "javascript"),
    [("desktop", True), pytest.param("phone", False, marks=pytest.mark.full)],
)
def test_three_weeks_are_planned_a_session_is_moved_and_those_concerned_are_told(
    screen, javascript, planned, visit
):
    batch, people, lecturer = planned
    base = f"/batches/{batch.slug}/planner/"
    page = visit(f"/batches/{batch.slug}/", screen=screen, who="olga", javascript=javascript)
    page.click(f"a[href='{base}']")
    page.wait_for_load_state()
    # two travel days
    page.click("text=Hours, prayers, meals, travel")
    page.wait_for_load_state()
    for number, offset in enumerate((0, 18)):
        fill(page, f"travel-{number}-day", f"{FIRST + timedelta(days=offset)}")
        fill(page, f"travel-{number}-note", "Travel")
    page.click("main button:has-text('Keep')")
    page.wait_for_load_state()
    # the plan becomes sessions; the finder names the travel day and the holidays of the host and at home
    page.click("text=Weeks")
    page.wait_for_load_state()
    page.click("button:has-text('Make sessions of 6 lines of the plan')")
    page.wait_for_load_state()
    page.click("nav a:has-text('Clashes')")
    page.wait_for_load_state()
    said = page.text_content("main")
    assert "Monday 28 May 2029 is a travel day (Travel): Opening would count" in said
    assert "Wednesday 6 June 2029 is a holiday in Republic of Korea: Memorial Day" in said
    assert "Monday 4 June 2029 is a holiday in Malaysia (1 person): Birthday of HM" in said
    # which days are holidays where
    page.click("nav a:has-text('Free times')")
    page.wait_for_load_state()
    fill(page, "minutes", "120")
    page.click("main button:has-text('Look')")
    page.wait_for_load_state()
    assert "travel day" in page.text_content("main")
    # the opening goes to Tuesday, the sensors off the holiday
    for title, day in (("Opening", FIRST + timedelta(days=2)), ("Sensors", FIRST + timedelta(days=10))):
        session = Session.objects.get(activity__title=title)
        page.goto(page.url.partition("/batches")[0] + f"{base}sessions/{session.pk}/")
        fill(page, "day", f"{day}")
        page.select_option("#id_room", label="Hall, Main hall (60 seats)")
        page.click("main button:has-text('Keep')")
        page.wait_for_load_state()
    # a workshop for group A in the small lab, every Friday, skipping holidays
    page.click("text=Add a session")
    page.wait_for_load_state()
    fill(page, "title", "Workshop")
    page.select_option("#id_kind", label="Workshop")
    page.select_option("#id_group", label="Group A")
    fill(page, "day", f"{FIRST + timedelta(days=4)}")
    fill(page, "at", "14:00")
    page.select_option("#id_room", label="Lab, Main hall (6 seats)")
    page.check(f"label:has-text('{lecturer}') input")
    page.click("summary:has-text('Repeat it')")
    fill(page, "times", "2")
    page.click("main button:has-text('Add it')")
    page.wait_for_load_state()
    assert "2 sessions are added" in page.text_content("main")
    # release it: everyone is told once
    _release(page, "The timetable of the course.")
    everyone = {one.user.email for one in people} | {lecturer.email}
    assert set(Notice.objects.values_list("address", flat=True)) == everyone
    assert PublicSession.objects.count() == 8
    Notice.objects.all().delete()
    # a session of group A is moved: group A and the lecturer are told, and nobody else
    first = Session.objects.filter(activity__title="Workshop").order_by("day").first()
    page.goto(page.url.partition("/batches")[0] + f"{base}sessions/{first.pk}/")
    fill(page, "at", "15:30")
    page.click("main button:has-text('Keep')")
    page.wait_for_load_state()
    _release(page, "")
    told = {one.address: one.body for one in Notice.objects.all()}
    assert set(told) == {one.user.email for one in people[:5]} | {lecturer.email}
    yangon = next(one.user for one in people if one.city.slug == "yangon")
    assert "Your clock: Fri 1 Jun 2029, 13:00 to 14:30, Yangon time" in told[yangon.email]
    assert "Fri 1 Jun 2029, 08:30 to 10:00, Berlin time" in told[lecturer.email]
    assert page.said == []


def _release(page, note):
    page.click("nav a:text-is('Release')")
    page.wait_for_load_state()
    fill(page, "note", note)
    page.click("button:has-text('Show the letters')")
    page.wait_for_load_state()
    if note:
        page.click("details summary >> nth=0")
        assert note in page.text_content("pre.letter >> nth=0")
    page.click("main button:has-text('Release and tell')")
    page.wait_for_load_state()
    assert "is released" in page.text_content("[role=status]")
