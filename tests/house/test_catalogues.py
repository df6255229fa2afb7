"""Every text the interface uses stands in both languages, and no other."""

import re
import subprocess
from functools import cache
from pathlib import Path

import polib
import pytest
from django.utils.translation.template import templatize

PROJECT = Path(__file__).resolve().parents[2]
SOURCE = PROJECT / "src" / "tornvakt"
KEYWORDS = (
    "_",
    "gettext",
    "gettext_lazy",
    "gettext_noop",
    "ngettext:1,2",
    "ngettext_lazy:1,2",
    "pgettext:1c,2",
    "pgettext_lazy:1c,2",
    "npgettext:1c,2,3",
)
Key = tuple[str | None, str]


@cache
def used() -> frozenset[Key]:
    """Return what the code and the templates ask for, as (context, text)."""
    sources = [file for file in SOURCE.rglob("*.py") if "gettext" in file.read_text()]
    pages = [*SOURCE.rglob("*.html"), *SOURCE.rglob("*.txt")]
    texts = [file.read_text() for file in sources if "migrations" not in file.parts]
    texts += [templatize(file.read_text(), origin=str(file)) for file in pages]
    return frozenset(key for text in texts for key in _extract(text))


def _extract(source: str) -> list[Key]:
    """Return the texts one source asks for. A template has been made into Python-like calls."""
    command = ["xgettext", "-L", "Python", "--from-code=UTF-8", "--no-location", "-o", "-", "-"]
    command += ["-k", *(f"-k{keyword}" for keyword in KEYWORDS)]
    outcome = subprocess.run(command, input=source, capture_output=True, text=True, check=True)
    if not outcome.stdout:
        return []
    return [(entry.msgctxt, entry.msgid) for entry in polib.pofile(outcome.stdout)]


@pytest.fixture(params=["sv", "en"])
def catalogue(request: pytest.FixtureRequest) -> polib.POFile:
    return polib.pofile(str(SOURCE / "locale" / request.param / "LC_MESSAGES" / "django.po"))


def test_every_text_in_use_is_translated(catalogue: polib.POFile) -> None:
    have = {(entry.msgctxt, entry.msgid) for entry in catalogue if entry.translated()}
    assert sorted(used() - have, key=str) == []
    assert len(used()) > 50


def test_no_text_is_left_over_doubtful_or_doubled(catalogue: polib.POFile) -> None:
    have = [(entry.msgctxt, entry.msgid) for entry in catalogue]
    assert sorted(set(have) - used(), key=str) == []
    assert [entry.msgid for entry in catalogue if entry.fuzzy] == []
    assert len(have) == len(set(have))
    assert catalogue.obsolete_entries() == []


def test_a_translation_has_the_same_blanks_to_fill(catalogue: polib.POFile) -> None:
    blank = re.compile(r"%\(\w+\)[sd]|%[sd]|\{\w*\}")
    wrong = [
        entry.msgid
        for entry in catalogue
        for text in ([entry.msgstr] if entry.msgstr else entry.msgstr_plural.values())
        if sorted(set(blank.findall(text))) != sorted(set(blank.findall(entry.msgid)))
        and sorted(set(blank.findall(text))) != sorted(set(blank.findall(entry.msgid_plural)))
    ]
    assert wrong == []


def test_xgettext_hears_what_the_code_says() -> None:
    """Guards the tests above: an extraction that hears nothing would let everything pass."""
    assert _extract("print(_('Hej'))") == [(None, "Hej")]
    assert _extract("print('Hej')") == []
    page = templatize('{% load i18n %}{% trans "Hej" %}{% blocktrans %}Då{% endblocktrans %}')
    assert _extract(page) == [(None, "Hej"), (None, "Då")]
