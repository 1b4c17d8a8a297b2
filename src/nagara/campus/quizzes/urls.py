"""Addresses of the room."""

from __future__ import annotations

from django.urls import path

from nagara.campus.quizzes.views import banks, making, results, taking

urlpatterns = [
    path("quizzes/banks/", banks.bank_list, name="quiz-banks"),
    path("quizzes/banks/new/", banks.new_bank, name="quiz-new-bank"),
    path("quizzes/banks/<slug:slug>/", banks.bank, name="quiz-bank"),
    path("quizzes/banks/<slug:slug>/edit/", banks.edit_bank, name="quiz-edit-bank"),
    path("quizzes/banks/<slug:slug>/import/", banks.take_file, name="quiz-import"),
    path("quizzes/banks/<slug:slug>/items.<str:ending>", banks.bank_file, name="quiz-bank-file"),
    path("quizzes/banks/<slug:slug>/new/", banks.new_item, name="quiz-new-item"),
    path("quizzes/banks/<slug:slug>/items/<slug:key>/", banks.item, name="quiz-item"),
    path("quizzes/banks/<slug:slug>/items/<slug:key>/edit/", banks.edit_item, name="quiz-edit-item"),
    path("quizzes/banks/<slug:slug>/items/<slug:key>/retire/", banks.retire, name="quiz-retire-item"),
    path("quizzes/banks/<slug:slug>/items/<slug:key>/regrade/", banks.regrade, name="quiz-regrade"),
    path("batches/<slug:slug>/quizzes/", making.quiz_list, name="batch-quizzes"),
    path("batches/<slug:slug>/quizzes/new/", making.new, name="new-quiz"),
    path("batches/<slug:slug>/quizzes/stuck/", results.stuck, name="quiz-stuck"),
    path("batches/<slug:slug>/quizzes/gain/", results.gain, name="quiz-gain"),
    path("quizzes/<int:pk>/", taking.quiz, name="quiz"),
    path("quizzes/<int:pk>/start/", taking.start, name="quiz-start"),
    path("quizzes/<int:pk>/edit/", making.edit, name="edit-quiz"),
    path("quizzes/<int:pk>/questions/", making.questions, name="quiz-questions"),
    path("quizzes/<int:pk>/preview/", making.preview, name="quiz-preview"),
    path("quizzes/<int:pk>/say/", making.say, name="quiz-say"),
    path("quizzes/<int:pk>/extend/", making.extend, name="quiz-extend"),
    path("quizzes/<int:pk>/results/", results.quiz_results, name="quiz-results"),
    path("quizzes/attempts/<int:pk>/", taking.attempt, name="quiz-attempt"),
    path("quizzes/attempts/<int:pk>/save/", taking.save, name="quiz-save"),
]
