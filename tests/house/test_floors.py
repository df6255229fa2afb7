"""The plan of the house: imports, foreign keys, policies."""

import subprocess
import sys
import tomllib
from pathlib import Path
from typing import Any

from django.apps import apps
from django.urls import URLPattern, URLResolver, get_resolver

from tornvakt.base.access.policy import actions
from tornvakt.base.access.signs import sign_of

PROJECT = Path(__file__).resolve().parents[2]
LINT = "from importlinter.cli import lint_imports_command as lint; lint()"
ROOMS = "tornvakt.domains."


def test_imports_point_downwards() -> None:
    command = [sys.executable, "-c", LINT]
    outcome = subprocess.run(command, cwd=PROJECT, capture_output=True, text=True, check=False)
    assert outcome.returncode == 0, outcome.stdout
    assert "0 broken" in outcome.stdout


def room_order() -> dict[str, int]:
    """Return each room's height, 0 the lowest, from the contract in pyproject.toml."""
    contracts = tomllib.loads((PROJECT / "pyproject.toml").read_text())["tool"]["importlinter"]
    layers = next(
        contract["layers"]
        for contract in contracts["contracts"]
        if contract.get("containers") == ["tornvakt.domains"]
    )
    return {
        room.strip(" ()"): height
        for height, layer in enumerate(reversed(layers))
        for room in layer.split("|")
    }


def height_of(model: type[Any]) -> float:
    """Return how high in the house a model stands: base below every room, surfaces above."""
    module = model.__module__
    if module.startswith(ROOMS):
        return room_order()[module.removeprefix(ROOMS).split(".")[0]]
    return float("inf") if module.startswith("tornvakt.surfaces") else -1


def test_no_table_points_at_a_room_above_or_beside_its_own() -> None:
    wrong = []
    checked = 0
    for model in apps.get_models():
        if not model.__module__.startswith("tornvakt."):
            continue
        for field in model._meta.get_fields():
            if not field.is_relation or field.auto_created or field.related_model is None:
                continue
            if not field.related_model.__module__.startswith("tornvakt."):
                continue
            checked += 1
            own, other = model._meta.app_label, field.related_model._meta.app_label
            if own != other and height_of(field.related_model) >= height_of(model):
                wrong.append(f"{own}.{model.__name__}.{field.name} -> {other}")
    assert wrong == []
    assert checked > 5


def views() -> list[tuple[str, Any]]:
    """Return every address of the installation with its view."""
    found: list[tuple[str, Any]] = []

    def walk(patterns: list[Any], prefix: str) -> None:
        for each in patterns:
            if isinstance(each, URLResolver):
                walk(each.url_patterns, prefix + str(each.pattern))
            elif isinstance(each, URLPattern):
                found.append((prefix + str(each.pattern), each.callback))

    walk(get_resolver().url_patterns, "/")
    return found


def test_every_view_has_a_policy_or_says_why_it_needs_none() -> None:
    known = actions()
    bare = []
    for address, view in views():
        sign = sign_of(view)
        if not (sign.action in known if sign.action else sign.open_because):
            bare.append((address, sign.action))
    assert bare == []
    assert len(views()) > 5
