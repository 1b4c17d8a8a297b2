"""The page of the programming interface, drawn from its own description: no script, nothing from outside."""

from __future__ import annotations

from functools import cache
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls.resolvers import RegexPattern, URLResolver
from django.views.decorators.http import require_safe

from nagara.campus.lab.api import ROOT, api


@cache
def _addresses() -> URLResolver:
    return URLResolver(RegexPattern(rf"^{ROOT}"), api.urls[0])


def programs(request: HttpRequest, rest: str) -> HttpResponse:
    """An operation of the interface."""
    match = _addresses().resolve(request.path_info)
    answer: HttpResponse = match.func(request, *match.args, **match.kwargs)
    return answer


@require_safe
def api_page(request: HttpRequest) -> HttpResponse:
    """Every operation with its parameters and an example."""
    schema = api.get_openapi_schema()
    groups: dict[str, list[dict[str, Any]]] = {}
    for path, methods in schema["paths"].items():
        for method, operation in methods.items():
            entry = {
                "method": method.upper(),
                "path": path,
                "summary": operation.get("summary", ""),
                "description": operation.get("description", ""),
                "parameters": [_parameter(p) for p in operation.get("parameters", [])],
                "needs": bool(operation.get("security")),
            }
            groups.setdefault(operation.get("tags", ["Other"])[0], []).append(entry)
    return render(
        request, "lab/api.html", {"groups": groups, "schema": schema["info"], "root": request.get_host()}
    )


def _parameter(found: dict[str, Any]) -> dict[str, Any]:
    """A parameter in the words of the page."""
    schema = found.get("schema", {})
    return {
        "name": found["name"],
        "where": found["in"],
        "type": schema.get("type", ""),
        "default": schema.get("default", ""),
        "meaning": schema.get("description") or found.get("description", ""),
    }
