"""Addresses of the room."""

from __future__ import annotations

from django.urls import path

from nagara.campus.lab.views import recipes

urlpatterns = [
    path("recipes/", recipes.recipe_list, name="recipes"),
    path("recipes/<slug:name>/", recipes.recipe, name="recipe"),
    path("api/", recipes.recipe_list, name="api-page"),
]
