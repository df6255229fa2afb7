"""System checks: each way a setting can be readable and still wrong.

`./tornvakt doctor` and `django check` show them; the texts are Swedish because a system
administrator of the municipality reads them.
"""

from collections.abc import Sequence
from typing import Any
from urllib.parse import urlsplit

from django.apps import AppConfig
from django.conf import settings
from django.core.checks import CheckMessage, Error, Tags, Warning, register

from tornvakt.project.environment import Environment
from tornvakt.pure.call_steps import WrongStep, read

OLDEST_SOUND_SQLITE = (3, 51, 3)


@register(Tags.security)
def settings_are_sound(
    app_configs: Sequence[AppConfig] | None, **kwargs: Any
) -> list[CheckMessage]:
    """Return what is wrong with the environment the process was started in."""
    return problems(settings.ENVIRONMENT)


@register(Tags.database)
def sqlite_is_sound(app_configs: Sequence[AppConfig] | None, **kwargs: Any) -> list[CheckMessage]:
    """Refuse a SQLite library that can damage a database in WAL mode."""
    from django.db import connection

    if connection.vendor != "sqlite":
        return []
    version = tuple(connection.get_database_version())
    if version >= OLDEST_SOUND_SQLITE:
        return []
    return [
        Error(
            f"SQLite {'.'.join(map(str, version))} kan skada en databas i WAL-läge.",
            hint="Installera om beroendena; pysqlite3 0.6.1 har en felfri version.",
            id="tornvakt.E006",
        )
    ]


def problems(environment: Environment) -> list[CheckMessage]:
    """Return the messages for one set of settings; empty when all is well."""
    found: list[CheckMessage] = []
    if (environment.tls_cert is None) != (environment.tls_key is None):
        found.append(
            Error(
                "TORNVAKT_TLS_CERT och TORNVAKT_TLS_KEY hör ihop: ange båda eller ingen.",
                id="tornvakt.E001",
            )
        )
    for name, file in (("CERT", environment.tls_cert), ("KEY", environment.tls_key)):
        if file is not None and not file.is_file():
            found.append(
                Error(f"TORNVAKT_TLS_{name}: filen {file} finns inte.", id="tornvakt.E002")
            )
    if environment.origin and not _is_origin(environment.origin):
        found.append(
            Error(
                f"TORNVAKT_ORIGIN {environment.origin!r} är ingen adress av formen "
                "https://larm.exempel.se",
                id="tornvakt.E003",
            )
        )
    if environment.secret_key and len(environment.secret_key) < 32:
        found.append(Error("TORNVAKT_SECRET_KEY är kortare än 32 tecken.", id="tornvakt.E004"))
    if environment.debug and environment.mode == "skarp":
        found.append(Error("TORNVAKT_DEBUG får inte vara på i skarp drift.", id="tornvakt.E005"))
    if "*" in environment.allowed_hosts:
        found.append(
            Warning(
                "TORNVAKT_ALLOWED_HOSTS släpper in alla värdnamn (*).",
                hint="Räkna upp de namn som användarna skriver.",
                id="tornvakt.W001",
            )
        )
    if environment.mode == "skarp" and environment.ballast_mb < 64:
        found.append(
            Warning(
                "TORNVAKT_BALLAST_MB är under 64: full disk ger ingen tid att handla.",
                id="tornvakt.W002",
            )
        )
    if not environment.uses_tls and environment.http_host not in ("127.0.0.1", "localhost", "::1"):
        found.append(
            Warning(
                f"Webben lyssnar på {environment.http_host} utan TLS.",
                hint="Ange TORNVAKT_TLS_CERT och TORNVAKT_TLS_KEY, eller TORNVAKT_ORIGIN "
                "med en proxy framför.",
                id="tornvakt.W003",
            )
        )
    try:
        read(environment.call_tree)
    except WrongStep as wrong:
        found.append(
            Error(
                f"TORNVAKT_CALL_TREE går inte att läsa: {wrong}.",
                hint="Till exempel: webhook+sms:tib, email:larm@exempel.se",
                id="tornvakt.E010",
            )
        )
    return found + _of_the_map(environment)


def _of_the_map(environment: Environment) -> list[CheckMessage]:
    """Return what is wrong with the settings of a remote map."""
    if not environment.map_kind and not environment.map_url:
        return []
    found: list[CheckMessage] = []
    parts = urlsplit(environment.map_url)
    is_address = parts.scheme in ("http", "https") and bool(parts.netloc)
    if not environment.map_kind or not is_address:
        found.append(
            Error(
                "TORNVAKT_MAP_KIND och TORNVAKT_MAP_URL hör ihop: ange kartans slag och hela dess "
                "adress, eller ingen av dem.",
                id="tornvakt.E007",
            )
        )
    if not environment.map_attribution.strip():
        found.append(
            Error(
                "TORNVAKT_MAP_ATTRIBUTION saknas: under en karta står alltid vems den är.",
                id="tornvakt.E008",
            )
        )
    if environment.map_key_file is not None and not environment.map_key_file.is_file():
        file = environment.map_key_file
        found.append(Error(f"TORNVAKT_MAP_KEY_FILE: filen {file} finns inte.", id="tornvakt.E009"))
    if environment.uses_tls and parts.scheme == "http":
        found.append(
            Warning(
                "TORNVAKT_MAP_URL är inte https: webbläsaren visar inte kartan på en säker sida.",
                id="tornvakt.W004",
            )
        )
    return found


def _is_origin(text: str) -> bool:
    parts = urlsplit(text)
    return (
        parts.scheme in ("http", "https")
        and bool(parts.netloc)
        and parts.path in ("", "/")
        and not parts.query
    )
