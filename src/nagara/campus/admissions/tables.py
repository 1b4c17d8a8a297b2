"""Columns of the lists that can be taken away as files."""

from __future__ import annotations

from typing import Any

from nagara.campus.people.lists import Column

NOMINATIONS = [
    Column("name", "Name", lambda n: n.name),
    Column("email", "E-mail", lambda n: n.email),
    Column("state", "State", lambda n: n.home_state.name),
    Column("city", "City", lambda n: n.city.name if n.city else ""),
    Column("position", "Position", lambda n: n.position),
    Column("department", "Department or office", lambda n: n.department),
    Column("nominated_as", "Nominated by", lambda n: n.get_kind_display()),
    Column("nominator", "Nominator", lambda n: n.nominated_by),
    Column("priority", "Priority", lambda n: n.priority, "whole"),
    Column("standing", "State of the nomination", lambda n: n.get_state_display()),
    Column("supervisor", "Supervisor", lambda n: _cosign(n, "name")),
    Column("supervisor_position", "Supervisor's position", lambda n: _cosign(n, "position")),
    Column("cosigned_at", "Signed at", lambda n: _cosign(n, "answered_at") or None, "time"),
    Column("application", "Application", lambda n: str(getattr(n, "application", "") or "")),
]


def _cosign(nomination: Any, field: str) -> Any:
    signed = getattr(nomination, "cosignature", None)
    return getattr(signed, field) if signed else ""


def _not_met(application: Any) -> str:
    return "; ".join(told["said"] for told in application.eligibility if told["met"] is False)


APPLICATIONS = [
    Column("reference", "Number", lambda a: a.reference or ""),
    Column("name", "Name as in passport", lambda a: a.user.passport_name),
    Column("native_name", "Name in own script", lambda a: a.user.native_name),
    Column("email", "E-mail", lambda a: a.user.email),
    Column("sex", "Sex", lambda a: a.get_sex_display()),
    Column("state", "State", lambda a: a.home_state.name if a.home_state else ""),
    Column("city", "City", lambda a: a.city.name if a.city else ""),
    Column("position", "Position", lambda a: a.position),
    Column("department", "Department or office", lambda a: a.department),
    Column("years_in_field", "Years in the field", lambda a: a.years_in_field, "whole"),
    Column("secondary_city", "Secondary city", lambda a: a.secondary_city, "yes"),
    Column("returning", "City took part before", lambda a: a.returning, "yes"),
    Column("standing", "State of the application", lambda a: a.get_state_display()),
    Column("submitted_at", "Handed in at", lambda a: a.submitted_at, "time"),
    Column("documents_accepted", "Documents accepted", lambda a: a.accepted, "whole"),
    Column("documents_asked", "Documents asked for", lambda a: a.asked, "whole"),
    Column("eligibility", "Rules not met", _not_met),
]
