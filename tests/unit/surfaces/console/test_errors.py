"""What cannot be shown is said in the reader's language, whatever has failed."""

import logging

import pytest
from django.test import Client, override_settings
from django.urls import path

from tornvakt.project import urls as real
from tornvakt.surfaces.console import health


def broken(request: object) -> object:
    raise RuntimeError("on purpose")


urlpatterns = [*real.urlpatterns, path("trasigt/", broken)]  # type: ignore[arg-type]
handler400, handler403 = real.handler400, real.handler403
handler404, handler500 = real.handler404, real.handler500

CASES = [
    ("/nonsense", {}, 404, "Sidan finns inte", "There is no such page"),
    ("/larm/handelser/x/y/", {}, 404, "Sidan finns inte", "There is no such page"),
    (
        "/logga-in/",
        {"HTTP_HOST": "stranger.example"},
        400,
        "Adressen är inte vår",
        "The address is not one of ours",
    ),
    ("/trasigt/", {}, 500, "Sidan kunde inte visas", "The page could not be shown"),
]


@pytest.mark.parametrize(("address", "headers", "status", "swedish", "english"), CASES)
@override_settings(ROOT_URLCONF=__name__)
def test_each_fault_has_a_page_in_both_languages(
    address: str, headers: dict[str, str], status: int, swedish: str, english: str
) -> None:
    client = Client(raise_request_exception=False)
    answer = client.get(address, **headers)  # type: ignore[arg-type]
    assert answer.status_code == status
    assert f"<h1>{swedish}</h1>" in answer.text
    assert '<html lang="sv" data-theme="dark"' in answer.text
    assert 'href="/static/ui/parts.css"' in answer.text
    client.cookies["django_language"] = "en"
    client.cookies["tornvakt_theme"] = "light"
    answer = client.get(address, **headers)  # type: ignore[arg-type]
    assert answer.status_code == status
    assert f"<h1>{english}</h1>" in answer.text
    assert '<html lang="en" data-theme="light"' in answer.text


def test_a_form_that_has_grown_old_is_said_in_the_readers_language() -> None:
    client = Client(enforce_csrf_checks=True)
    client.cookies["django_language"] = "en"
    answer = client.post("/sprak/", {"language": "sv"})
    assert answer.status_code == 403
    assert "<h1>The page had grown old</h1>" in answer.text


def test_a_question_about_health_never_fills_the_log(
    caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(health, "_read", lambda _path: {})
    with caplog.at_level(logging.INFO):
        answer = Client().get("/halsa/")
    assert answer.status_code == 503
    assert answer.json()["trouble"] == "receiver"
    assert [line.name for line in caplog.records if line.name == "django.request"] == []
    assert Client().get("/nonsense").status_code == 404
    assert [line.name for line in caplog.records if line.name == "django.request"] == []


def test_a_fault_of_ours_is_logged(
    caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(_path: object) -> None:
        raise RuntimeError("out of order")

    monkeypatch.setattr(health, "_read", fail)
    assert Client(raise_request_exception=False).get("/halsa/").status_code == 500
    assert [line.name for line in caplog.records] == ["django.request"]
