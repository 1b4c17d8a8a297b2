"""Admissions: call, nomination, application and its documents."""

from nagara.campus.admissions.models.applications import Application, Citizenship, Document, Upload
from nagara.campus.admissions.models.calls import Call
from nagara.campus.admissions.models.nominations import Cosignature, Head, Nomination

__all__ = ["Application", "Call", "Citizenship", "Cosignature", "Document", "Head", "Nomination", "Upload"]
