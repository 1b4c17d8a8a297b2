"""Addresses of the room."""

from __future__ import annotations

from django.urls import path

from nagara.campus.learning.views import assignments, book, grading, handing, learn, materials, peers

urlpatterns = [
    path("learn/", learn.learn, name="learn"),
    path("batches/<slug:slug>/materials/", materials.material_list, name="materials"),
    path("batches/<slug:slug>/materials/new/", materials.material_new, name="material-new"),
    path("materials/<int:pk>/", materials.material, name="material"),
    path("materials/<int:pk>/edit/", materials.material_edit, name="material-edit"),
    path("materials/<int:pk>/move/", materials.material_move, name="material-move"),
    path("materials/<int:pk>/file/", materials.material_file, name="material-file"),
    path("materials/<int:pk>/versions/<int:number>/", materials.material_version, name="material-version"),
    path("batches/<slug:slug>/assignments/", assignments.assignment_list, name="assignments"),
    path("batches/<slug:slug>/assignments/new/", assignments.assignment_new, name="assignment-new"),
    path("assignments/<int:pk>/", assignments.assignment, name="assignment"),
    path("assignments/<int:pk>/edit/", assignments.assignment_edit, name="assignment-edit"),
    path("assignments/<int:pk>/hand-in/", handing.hand_in, name="hand-in"),
    path("assignments/<int:pk>/extensions/", assignments.extensions, name="extensions"),
    path("assignments/<int:pk>/peers/", peers.peers, name="peers"),
    path("assignments/<int:pk>/release/", grading.release, name="release-marks"),
    path("assignments/<int:pk>/grades/<int:enrolment>/", grading.grade, name="grade-person"),
    path("submission-files/<int:pk>/", handing.submission_file, name="submission-file"),
    path("submission-files/<int:pk>/remove/", handing.file_remove, name="submission-file-remove"),
    path("batches/<slug:slug>/grading/", grading.queue, name="grading-queue"),
    path("submissions/<int:pk>/", grading.sheet, name="grading-sheet"),
    path("submissions/<int:pk>/calibrate/", grading.calibrate, name="calibrate"),
    path("papers/<int:pk>/", peers.review, name="peer-review"),
    path("papers/<int:pk>/files/<int:number>/", peers.review_file, name="peer-review-file"),
    path("batches/<slug:slug>/grades/", book.grade_book, name="grade-book"),
    path("batches/<slug:slug>/grades/weights/", book.weights, name="grade-weights"),
    path("batches/<slug:slug>/grades/<int:pk>/", book.grade_report, name="grade-report"),
    path("batches/<slug:slug>/stuck/", book.stuck, name="stuck"),
]
