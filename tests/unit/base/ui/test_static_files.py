"""Static files come as whole answers, with what WhiteNoise says about caching."""

from pathlib import Path

from django.test import Client

from tornvakt.base.ui import apps

FILE = "ui/parts.css"
ADDRESS = f"/static/{FILE}"


def test_a_file_is_sent_whole_and_never_as_a_stream() -> None:
    answer = Client().get(ADDRESS)
    assert answer.status_code == 200
    assert answer.streaming is False
    assert answer.content == Path(apps.__file__).with_name("static").joinpath(FILE).read_bytes()
    assert answer["Content-Type"] == 'text/css; charset="utf-8"'
    assert "max-age=" in answer["Cache-Control"]


def test_a_file_that_has_not_changed_is_not_sent_again() -> None:
    changed = Client().get(ADDRESS)["Last-Modified"]
    answer = Client().get(ADDRESS, headers={"If-Modified-Since": changed})
    assert (answer.status_code, answer.content) == (304, b"")


def test_a_part_of_a_file_can_be_asked_for() -> None:
    answer = Client().get(ADDRESS, headers={"Range": "bytes=0-1"})
    assert (answer.status_code, answer.content) == (206, b"/*")
