"""`manage person E-MAIL "NAME" [--office manager]`: adds a person and prints a first password."""

from __future__ import annotations

import secrets
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from nagara.campus.people.domain import add_person
from nagara.campus.people.models import OfficeMember


class Command(BaseCommand):
    help = "Add a person who may sign in, and print a first password."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("email")
        parser.add_argument("name", help="name as in passport")
        parser.add_argument("--office", choices=OfficeMember.Role.values, default="")
        parser.add_argument("--password", help="instead of one made here", default="")

    def handle(self, *args: Any, **options: Any) -> None:
        password = options["password"] or secrets.token_urlsafe(12)
        try:
            user = add_person(
                options["email"], passport_name=options["name"], password=password, office=options["office"]
            )
        except ValueError as error:
            raise CommandError(str(error)) from error
        self.stdout.write(f"{user.email} may sign in with the password {password}")
