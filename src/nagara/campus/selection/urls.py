"""Addresses of the room."""

from __future__ import annotations

from django.urls import path

from nagara.campus.selection.views import board, drafts, releases, rounds, sheets

urlpatterns = [
    path("selection/", rounds.round_list, name="selection-rounds"),
    path("selection/new/", rounds.new, name="selection-new"),
    path("selection/<int:pk>/", rounds.overview, name="selection-round"),
    path("selection/<int:pk>/settings/", rounds.settings, name="selection-settings"),
    path("selection/<int:pk>/people/", rounds.people, name="selection-people"),
    path("selection/<int:pk>/readings/", rounds.share, name="selection-share"),
    path("selection/<int:pk>/board/", board.review_board, name="selection-board"),
    path("selection/<int:pk>/agreement/", board.agreement, name="selection-agreement"),
    path("selection/<int:pk>/reading/", sheets.reading, name="selection-reading"),
    path("selection/sheets/<int:pk>/", sheets.sheet, name="selection-sheet"),
    path("selection/sheets/<int:pk>/step-back/", sheets.step_back, name="selection-step-back"),
    path(
        "selection/sheets/<int:pk>/documents/<slug:kind>/", sheets.document, name="selection-sheet-document"
    ),
    path("selection/<int:pk>/drafts/", drafts.new, name="selection-new-draft"),
    path("selection/drafts/<int:pk>/", drafts.draft, name="selection-draft"),
    path("selection/drafts/<int:pk>/change/", drafts.change, name="selection-change"),
    path("selection/drafts/<int:pk>/terms/", drafts.terms, name="selection-terms"),
    path("selection/drafts/<int:pk>/difference/", drafts.difference, name="selection-difference"),
    path("selection/drafts/<int:pk>/letters/", releases.letters, name="selection-letters"),
    path("selection/drafts/<int:pk>/release/", releases.release, name="selection-release"),
    path("selection/drafts/<int:pk>/minutes.<str:ending>", releases.minutes, name="selection-minutes"),
    path("selection/<int:pk>/results/", releases.results, name="selection-results"),
    path("selection/outcome/<str:reference>/", releases.outcome, name="selection-outcome"),
]
