"""A log opens no door: the token of an invitation is not written, whoever logs its address."""

import io
import logging
import logging.config
from collections.abc import Iterator
from typing import Any

import pytest
from django.conf import settings
from django.test import Client

TOKEN = "Zr8x-1_kGq9NAbcdefgh0123456789-_QWERTYuiop"


@pytest.fixture
def written() -> Iterator[io.StringIO]:
    """Give what the installation's own handler writes."""
    logging_settings: Any = settings.LOGGING
    formatter = dict(logging_settings["formatters"]["line"])
    config = logging.config.DictConfigurator({"version": 1})
    text = io.StringIO()
    handler = logging.StreamHandler(text)
    handler.setFormatter(config.configure_formatter(formatter))
    logging.getLogger().addHandler(handler)
    yield text
    logging.getLogger().removeHandler(handler)


def test_a_refused_form_does_not_write_the_token(written: io.StringIO) -> None:
    answer = Client(enforce_csrf_checks=True).post(f"/inbjudan/{TOKEN}/", {"a": "b"})
    assert answer.status_code == 403
    assert "/inbjudan/…/" in written.getvalue()
    assert TOKEN not in written.getvalue()


@pytest.mark.django_db
def test_neither_does_a_page_that_fails_or_an_address_in_a_traceback(
    written: io.StringIO,
) -> None:
    assert Client().get(f"/inbjudan/{TOKEN}/").status_code == 410
    log = logging.getLogger("tornvakt.test")
    try:
        raise ValueError(f"GET /inbjudan/{TOKEN}/?a=1")
    except ValueError:
        log.exception("request failed: %s", f"http://localhost/inbjudan/{TOKEN}")
    assert written.getvalue().count("/inbjudan/…") >= 3
    assert "/inbjudan/…/?a=1" in written.getvalue()
    assert TOKEN not in written.getvalue()


def test_what_was_sent_wrongly_is_one_line(written: io.StringIO) -> None:
    assert Client().get("/logga-in/", headers={"Host": "evil.example"}).status_code == 400
    [line] = written.getvalue().splitlines()
    assert "Invalid HTTP_HOST header: 'evil.example'" in line


def test_other_lines_are_left_alone(written: io.StringIO) -> None:
    logging.getLogger("tornvakt.test").warning("forwarder.waiting error=%s", "x")
    assert written.getvalue().endswith("WARNING tornvakt.test forwarder.waiting error=x\n")
