"""Pages for what went wrong, in plain English."""

from __future__ import annotations

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.template.loader import render_to_string

from nagara.citylab.errors import CityLabError


def page(
    request: HttpRequest, code: int, headline: str, what: str, mend: str = "", *, sign_in: bool = False
) -> HttpResponse:
    """One error page: what is wrong, how to go on."""
    context = {"code": code, "headline": headline, "what": what, "mend": mend, "sign_in": sign_in}
    return render(request, "error.html", context, status=code)


def not_found(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    said = (
        str(exception.args[0]) if exception and exception.args and isinstance(exception.args[0], str) else ""
    )
    return page(
        request,
        404,
        "There is no such page.",
        said or "The address may be mistyped, or what was here is gone.",
        "Look under Cities or Recipes.",
    )


def forbidden(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    said = str(exception) if exception and str(exception) else "This needs a right that you do not have."
    stranger = not request.user.is_authenticated
    mend = "Sign in first." if stranger else "Ask the city's team or the office to add you."
    return page(request, 403, "You may not do this.", said, mend, sign_in=stranger)


def bad_request(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    return page(request, 400, "That request made no sense to us.", "Go back and try once more.")


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    return page(
        request,
        403,
        "The form was too old.",
        "For your safety a form works only from the page you opened, with cookies allowed.",
        "Go back, load the page again, and send the form once more.",
    )


def server_error(request: HttpRequest) -> HttpResponse:
    return HttpResponse(render_to_string("500.html"), status=500)


class CityLabErrors:
    """Turns an error for people that a view let through into a page that says it (400)."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_exception(self, request: HttpRequest, exception: Exception) -> HttpResponse | None:
        if not isinstance(exception, CityLabError):
            return None
        where = f"{exception.where}: " if exception.where else ""
        return page(request, 400, "This did not work.", f"{where}{exception.what}", exception.mend)
