"""Instruction cards as they are written: steps, faults, versions."""

from datetime import UTC, datetime, timedelta

import pytest
from django.conf import settings
from django.test import Client

from tests.integration.objects.pages import errors, text
from tornvakt.domains.sites import services
from tornvakt.domains.sites.models import (
    Instruction,
    Site,
)
from tornvakt.pure.instructions import Step

pytestmark = pytest.mark.django_db


def card(**more: str) -> dict[str, str]:
    return {
        "title": "Inbrott på skolan",
        "key_0": "a", "text_0": "Ring skolan", "kind_0": "ask", "deadline_0": "60",
        "answer_0_0": "Svarar", "to_0_0": "end", "answer_0_1": "Svarar inte", "to_0_1": "b",
        "key_1": "b", "text_1": "Skicka väktare", "kind_1": "do",
        **more,
    }  # fmt: skip


def test_an_instruction_card_of_its_own(client: Client, site: Site) -> None:
    url = f"/objekt/{site.number}/atgardskort/burglary/"
    assert client.get(url).status_code == 200
    preview = client.post(url, card(preview="1"))
    assert preview.status_code == 200
    assert Instruction.objects.filter(site=site).count() == 0
    assert "Skicka väktare" in text(preview)
    assert "→ steg 2" in text(preview) and "→ slutet" in text(preview)
    added = client.post(url, card(**{"add-1": "1"}))
    assert text(added).count('name="text_') == 3
    removed = client.post(url, card(**{"remove-1": "1"}))
    assert text(removed).count('name="text_') == 1
    assert 'value="Svarar inte"' in text(removed)
    client.post(url, card(save="1"))
    client.post(url, card(save="1", text_1="Skicka två väktare"))
    rows = Instruction.objects.filter(site=site).order_by("version")
    assert [(row.version, row.valid_to is None) for row in rows] == [(1, False), (2, True)]
    compared = text(client.get(f"{url}?jamfor=1"))
    assert "2. Skicka väktare</del>" in compared
    assert "+ 2. Skicka två väktare</ins>" in compared
    client.post(f"{url}avsluta/")
    assert Instruction.objects.filter(site=site, valid_to=None).count() == 0
    assert client.get(f"/objekt/{site.number}/atgardskort/nonsense/").status_code == 404


def test_a_card_that_refers_to_itself_is_named_and_kept(client: Client, site: Site) -> None:
    url = f"/objekt/{site.number}/atgardskort/burglary/"
    answer = client.post(url, card(save="1", goto_1="a"))
    assert answer.status_code == 422
    assert errors(answer) == [
        "Steg 2 leder tillbaka till steg 1. Låt det leda till ett senare steg."
    ]
    client.cookies[settings.LANGUAGE_COOKIE_NAME] = "en"
    assert errors(client.post(url, card(save="1", goto_1="a"))) == [
        "Step 2 leads back to step 1. Let it lead to a later step."
    ]
    client.cookies.pop(settings.LANGUAGE_COOKIE_NAME)
    assert 'value="Skicka väktare"' in text(answer)
    assert Instruction.objects.filter(site=site).count() == 0
    answer = client.post(url, card(save="1", deadline_0="en minut", title=""))
    assert answer.status_code == 422
    assert 'value="en minut"' in text(answer)
    assert errors(answer) == [
        "Skriv vad kortet heter.",
        "Steg 1: skriv tiden i sekunder, till exempel 60.",
    ]
    answer = client.post(url, card(save="1", deadline_0="²", text_0=""))
    (sentence,) = errors(answer)
    assert "sekunder" in sentence and "är tomt" in sentence
    refused = client.post(url, card(save="1", title="x" * 121))
    assert f'value="{"x" * 121}"' in text(refused)
    pasted = "rad " * 5_000
    assert pasted.strip() in text(client.post(url, card(save="1", text_1=pasted)))
    turned = client.post(url, card(kind_0="do", title="", save="1"))  # a question no longer
    assert 'value="Svarar inte"' in text(turned)


def test_a_card_that_cannot_hold_from_now_is_kept_in_the_form(client: Client, site: Site) -> None:
    later = datetime.now(UTC) + timedelta(days=1)
    step = Step("a", "Ring skolan")
    services.write_instruction(
        site_id=site.pk, kind="burglary", title="Planerat", steps=[step], by=None, at=later
    )
    answer = client.post(f"/objekt/{site.number}/atgardskort/burglary/", card(save="1"))
    assert answer.status_code == 422
    assert "Välj en senare tid." in text(answer)
    assert 'value="Skicka väktare"' in text(answer)


def test_the_default_cards_can_be_changed(client: Client) -> None:
    assert client.get("/atgardskort/").status_code == 200
    client.post("/atgardskort/burglary/", card(save="1"))
    newest = Instruction.objects.filter(site=None, kind="burglary").latest("version")
    assert newest.title == "Inbrott på skolan"
