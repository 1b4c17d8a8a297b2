"""Accounts of a demonstration: e-mail, name, office role, city whose team they are in. Needs no Django."""

from __future__ import annotations

from dataclasses import dataclass

PASSWORD = "nagara-demo-2026"  # noqa: S105 (shown by `make run`; only where NAGARA_DEMO is set)


@dataclass(frozen=True)
class Account:
    """One invented person to sign in as."""

    email: str
    name: str
    may: str
    office: str = ""
    city: str = ""


ACCOUNTS = (
    Account("office@demo.example", "Demo Office", "the office: may write everywhere", office="manager"),
    Account("jakarta@demo.example", "Demo City Lead", "the team of Jakarta: may write there", city="jakarta"),
    Account("visitor@demo.example", "Demo Visitor", "a visitor: may read"),
)
