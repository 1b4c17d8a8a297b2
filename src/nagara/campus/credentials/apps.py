"""The room as a Django app."""

from __future__ import annotations

from django.apps import AppConfig


class CredentialsConfig(AppConfig):
    name = "nagara.campus.credentials"
    label = "credentials"

    def ready(self) -> None:
        from nagara.campus.credentials import holdings, rules  # noqa: F401 (rules registers permissions)
        from nagara.campus.credentials.packs import sign
        from nagara.campus.labwork.offline import signing
        from nagara.campus.people import data_port
        from nagara.campus.programmes import tabs

        signing.use(sign)
        tabs.register("credentials", 60, holdings.doors)
        data_port.register(
            "credentials",
            export=holdings.export,
            erase=holdings.erase,
            stays="that a certificate with this number was issued and whether it holds, without a name",
        )
