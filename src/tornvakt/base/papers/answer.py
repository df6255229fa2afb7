"""What whoever asked for a paper is answered when there is none."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from tornvakt.pure.facts import Refusal

TRY_AGAIN_S = 30


def not_printed(request: HttpRequest, refusal: Refusal) -> HttpResponse:
    """Say in plain words why there is no paper now: 503, a page of its own.

    It asks nothing of what this process remembers, so that any process may answer it.
    """
    answer = render(request, "ui/not_printed.html", {"refusal": refusal}, status=503)
    answer["Retry-After"] = str(TRY_AGAIN_S)
    answer["Cache-Control"] = "no-store"
    return answer
