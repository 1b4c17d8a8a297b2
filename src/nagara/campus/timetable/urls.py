"""Addresses of the room."""

from __future__ import annotations

from django.urls import path

from nagara.campus.timetable.views import checking, feeds, places, planner, reading, releases

BATCH = "batches/<slug:slug>/"
PLAN = f"{BATCH}planner/"
urlpatterns = [
    path("calendar/", feeds.calendar, name="calendar"),
    path("calendar/renew/", feeds.renew, name="calendar-renew"),
    path("calendar/busy/", feeds.busy_times, name="calendar-busy"),
    path("calendar/<str:token>.ics", feeds.feed, name="calendar-feed"),
    path("sessions/<int:pk>/session.ics", feeds.session_file, name="session-ics"),
    path("timetable/", reading.mine, name="my-timetable"),
    path("timetable/away/", places.away, name="timetable-away"),
    path("timetable/activities/<int:pk>/", reading.activity, name="timetable-activity"),
    path("venues/", places.venues, name="timetable-venues"),
    path("venues/<int:pk>/", places.venue, name="timetable-venue"),
    path("sessions/<int:pk>/", reading.session, name="session"),
    path(f"{BATCH}timetable/", reading.timetable, name="timetable"),
    path(f"{BATCH}timetable.pdf", reading.pdf, name="timetable-pdf"),
    path(f"{BATCH}timetable/versions/", releases.versions, name="timetable-releases"),
    path(f"{BATCH}timetable/versions/<int:number>/", releases.version, name="timetable-release"),
    path(PLAN, planner.planner, name="planner"),
    path(f"{PLAN}new/", planner.new, name="planner-new"),
    path(f"{PLAN}sessions/<int:pk>/", planner.session, name="planner-session"),
    path(f"{PLAN}activities/", planner.activities, name="planner-activities"),
    path(f"{PLAN}activities/<int:pk>/", planner.activity, name="planner-activity"),
    path(f"{PLAN}from-plan/", planner.from_plan, name="planner-from-plan"),
    path(f"{PLAN}clashes/", checking.clashes, name="planner-clashes"),
    path(f"{PLAN}free/", checking.free, name="planner-free"),
    path(f"{PLAN}days/", checking.frame, name="planner-frame"),
    path(f"{PLAN}groups/", checking.groups, name="planner-groups"),
    path(f"{PLAN}groups/<int:pk>/", checking.group, name="planner-group"),
    path(f"{PLAN}release/", releases.make, name="planner-release"),
]
