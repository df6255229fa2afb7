"""Every setting of an installation: one environment variable each, typed and described.

Read by `settings.py` and by nothing else in Django's world. A value that cannot be read stops the
program with the variable's name; a value that can be read but is unwise is found by `checks.py`.
"""

from pathlib import Path
from typing import Annotated, Literal
from urllib.parse import urlsplit

from pydantic import BeforeValidator, Field
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict


def _comma_separated(value: object) -> object:
    return [part.strip() for part in value.split(",")] if isinstance(value, str) else value


def origin_of(address: str) -> list[str]:
    """Scheme and host of an address, as a list of one; of no address, none."""
    parts = urlsplit(address)
    return [f"{parts.scheme}://{parts.netloc}"] if parts.netloc else []


_GUARDED_ROLES = frozenset(
    {
        "child_officer",
        "vnr_officer",
        "exit_officer",
        "room_owner",
        "sysadmin",
        "log_reviewer",
        "dpo",
    }
)


class Environment(BaseSettings):
    """The installation's settings, ``TORNVAKT_<NAME>`` in the environment."""

    model_config = SettingsConfigDict(env_prefix="TORNVAKT_", extra="ignore", frozen=True)

    data: Path = Field(
        default=Path("data"), description="Directory that holds everything we store."
    )
    database_url: str = Field(
        default="",
        description="Empty: SQLite in the data directory. Else postgresql://user:word@host:port/name",
    )
    mode: Literal["demo", "ovning", "skarp"] = Field(
        default="demo", description="What the installation is for; its inbox refuses another."
    )
    p1_wait_minutes: int = Field(
        default=15,
        ge=1,
        le=60,
        description="Longest an incident with priority P1 may wait for another party.",
    )
    facts_days: int = Field(
        default=30,
        ge=1,
        le=3650,
        description="How long announcements between the rooms are kept, days.",
    )
    keyholder_days: int = Field(
        default=90,
        ge=1,
        le=730,
        description="How long details of a keyholder taken off a call list are kept, days.",
    )
    shift_hours: int = Field(
        default=13,
        ge=1,
        le=24,
        description="A shift nobody ended is ended by the clock after so long, hours, "
        "once its desk is gone.",
    )
    paper_dir: Path | None = Field(
        default=None,
        description="Folder for the live state as PDF. It holds telephone numbers. "
        "Empty: papper/ in the data directory.",
    )
    paper_minutes: int = Field(
        default=10,
        ge=0,
        le=1440,
        description="How often the live state is printed to the folder, minutes. 0: never.",
    )
    centre: str = Field(default="", description="Name of the centre, shown in the page header.")
    secret_key: str = Field(
        default="",
        description="Signs sessions. Empty: a file under keys/, made at the first start.",
    )
    http_host: str = Field(default="127.0.0.1", description="Address the web server binds.")
    http_port: int = Field(default=8080, ge=0, le=65535, description="Port of the web server.")
    dc09_host: str = Field(default="0.0.0.0", description="Address the alarm receiver binds.")
    dc09_port: int = Field(
        default=10500, ge=0, le=65535, description="Port for SIA DC-09, TCP and UDP."
    )
    ballast_mb: int = Field(
        default=256,
        ge=0,
        description="Size of the file that is given up when the disk is full (MiB).",
    )
    allowed_hosts: Annotated[list[str], NoDecode, BeforeValidator(_comma_separated)] = Field(
        default=["localhost", "127.0.0.1", "[::1]"],
        description="Host names the web answers to, comma-separated.",
    )
    origin: str = Field(
        default="",
        description="Public address when a proxy stands in front, e.g. https://larm.example.se",
    )
    tls_cert: Path | None = Field(
        default=None, description="Certificate chain of the web server (PEM)."
    )
    tls_key: Path | None = Field(default=None, description="Private key of the web server (PEM).")
    process: Literal["web", "worker", "jobs", "command"] = Field(
        default="command",
        description="Set by the processes themselves; only the worker checkpoints.",
    )
    oidc_issuer: str = Field(
        default="",
        description="Address of the municipality's identity provider. Empty: local accounts only.",
    )
    oidc_client_id: str = Field(default="", description="Who we are to the identity provider.")
    oidc_client_secret: str = Field(
        default="", description="Our secret with the identity provider; or in a file, see below."
    )
    oidc_client_secret_file: Path | None = Field(
        default=None, description="File that holds the secret, readable by the service alone."
    )
    oidc_name: str = Field(
        default="Kommunens inloggning", description="What the button on the sign-in page says."
    )
    oidc_username_claim: str = Field(
        default="preferred_username",
        description="The claim that names the account the first time somebody comes that way.",
    )
    second_factor_roles: Annotated[
        list[str] | None, NoDecode, BeforeValidator(_comma_separated)
    ] = Field(
        default=None,
        description="Roles that must have a passkey or one-time codes, comma-separated. Not set: "
        "none in a demo or training, those of case rooms, system and log when in service.",
    )
    log_level: Literal["DEBUG", "INFO", "WARNING", "ERROR"] = Field(
        default="INFO", description="Least serious line that is logged."
    )
    debug: bool = Field(
        default=False, description="Error pages with source code. Never in service."
    )

    @property
    def hosts(self) -> list[str]:
        """The names the web answers to: the listed ones, and that of the public address."""
        public = urlsplit(self.origin).hostname
        return [*self.allowed_hosts, *([public] if public else [])]

    @property
    def oidc_secret(self) -> str:
        """Our secret with the identity provider, from the file when one is named."""
        if self.oidc_client_secret_file is not None:
            return self.oidc_client_secret_file.read_text(encoding="utf-8").strip()
        return self.oidc_client_secret

    @property
    def must_have_second_factor(self) -> frozenset[str]:
        """The roles that get nowhere without a second factor."""
        if self.second_factor_roles is not None:
            return frozenset(role for role in self.second_factor_roles if role)
        return _GUARDED_ROLES if self.mode == "skarp" else frozenset()

    @property
    def uses_tls(self) -> bool:
        """Whether browsers reach us over HTTPS."""
        return self.tls_cert is not None or self.origin.startswith("https://")
