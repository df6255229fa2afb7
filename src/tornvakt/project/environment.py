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


def _kept_in(file: Path | None, value: str) -> str:
    """A secret: from its file when one is named."""
    return value if file is None else file.read_text(encoding="utf-8").strip()


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
    call_tree: str = Field(
        default="webhook+sms:tib",
        description="Steps of the call tree: webhook, sms:NUMBER, sms:DUTY, email:ADDRESS; comma "
        "between steps, plus between what goes at the same time.",
    )
    call_tree_when: Literal["pass", "alltid", "aldrig"] = Field(
        default="pass",
        description="When it is started as no desk is there: while a shift is on, always, never.",
    )
    call_tree_after_s: int = Field(
        default=50,
        ge=20,
        le=60,
        description="Seconds without anybody at a desk before it is started.",
    )
    call_tree_step_s: int = Field(
        default=120, ge=15, le=3600, description="Seconds between two of its steps."
    )
    call_tree_again_min: int = Field(
        default=10,
        ge=1,
        le=120,
        description="Minutes after somebody said that they look after it until it is started anew, "
        "if what it was about still holds.",
    )
    call_tree_p1_s: int = Field(
        default=0,
        ge=0,
        le=3600,
        description="Seconds an urgent incident may stand untaken before it is started though "
        "somebody is at a desk. 0: only when nobody is.",
    )
    centre_phone: str = Field(
        default="",
        description="The centre's own telephone number, for those the call tree reaches.",
    )
    smtp_host: str = Field(default="", description="Mail server. Empty: no e-mail is sent.")
    smtp_port: int = Field(default=587, ge=1, le=65535, description="Port of the mail server.")
    smtp_security: Literal["starttls", "tls", "none"] = Field(
        default="starttls", description="How the line to the mail server is kept secret."
    )
    smtp_from: str = Field(default="", description="Sender's address of what we mail.")
    smtp_user: str = Field(default="", description="Who we are to the mail server. Empty: nobody.")
    smtp_password: str = Field(default="", description="Password there; or in a file, see below.")
    smtp_password_file: Path | None = Field(
        default=None, description="File that holds it, readable by the service alone."
    )
    webhook_url: str = Field(
        default="", description="Where messages are posted as JSON. Empty: nowhere."
    )
    webhook_secret: str = Field(
        default="", description="Signs what is posted (HMAC-SHA-256); or in a file, see below."
    )
    webhook_secret_file: Path | None = Field(
        default=None, description="File that holds it, readable by the service alone."
    )
    sms: Literal["", "fil", "http"] = Field(
        default="fil",
        description="How text messages go: into a file under logs/, by a gateway, not at all.",
    )
    sms_url: str = Field(
        default="",
        description="The gateway. With {to} and {text} in it: asked by GET; else posted as JSON.",
    )
    sms_token: str = Field(
        default="", description="Sent to the gateway as a bearer token; or in a file, see below."
    )
    sms_token_file: Path | None = Field(
        default=None, description="File that holds it, readable by the service alone."
    )
    map_kind: Literal["", "xyz", "wmts", "wms"] = Field(
        default="", description="How a map that somebody else serves is asked for. Empty: none."
    )
    map_url: str = Field(
        default="",
        description="Address of that map: a template with {z}, {x}, {y}, or that of the service.",
    )
    map_name: str = Field(default="", description="What the map is called on the screen.")
    map_attribution: str = Field(default="", description="Whose the map is; always shown.")
    map_key: str = Field(
        default="", description="Takes the place of {key} in the address; or in a file, see below."
    )
    map_key_file: Path | None = Field(
        default=None, description="File that holds the key, readable by the service alone."
    )
    map_layer: str = Field(default="", description="Layer of a WMTS or WMS.")
    map_style: str = Field(default="default", description="Style of a WMTS or WMS.")
    map_matrix_set: str = Field(default="3857", description="Tile matrix set of a WMTS.")
    map_matrix_prefix: str = Field(
        default="", description="What stands before the zoom in a WMTS matrix, e.g. EPSG:3857:"
    )
    map_format: str = Field(default="image/png", description="Picture format of a WMTS or WMS.")
    map_crs: Literal["EPSG:3857", "EPSG:3006"] = Field(
        default="EPSG:3857",
        description="Projection of the map: that of web maps, or SWEREF 99 TM.",
    )
    map_min_zoom: int = Field(default=0, ge=0, le=24, description="Least zoom it has.")
    map_max_zoom: int = Field(default=18, ge=0, le=24, description="Greatest zoom it has.")
    map_origin: Annotated[list[float], NoDecode, BeforeValidator(_comma_separated)] = Field(
        default=[-1_200_000.0, 8_500_000.0],
        description="Upper left corner of the matrices in SWEREF 99 TM, comma-separated.",
    )
    map_resolutions: Annotated[list[float], NoDecode, BeforeValidator(_comma_separated)] = Field(
        default=[4096.0 / 2**zoom for zoom in range(15)],
        description="Metres a pixel for each zoom in SWEREF 99 TM, comma-separated.",
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
        return _kept_in(self.oidc_client_secret_file, self.oidc_client_secret)

    @property
    def smtp_word(self) -> str:
        """Our password with the mail server."""
        return _kept_in(self.smtp_password_file, self.smtp_password)

    @property
    def webhook_word(self) -> str:
        """What signs the webhooks."""
        return _kept_in(self.webhook_secret_file, self.webhook_secret)

    @property
    def sms_word(self) -> str:
        """Our token with the gateway."""
        return _kept_in(self.sms_token_file, self.sms_token)

    @property
    def map_secret(self) -> str:
        """The key of whoever serves the map, from the file when one is named.

        A file that is gone gives none: the tiles are refused, the layers stand, doctor says why.
        """
        if self.map_key_file is None:
            return self.map_key
        try:
            return self.map_key_file.read_text(encoding="utf-8").strip()
        except (OSError, UnicodeDecodeError):
            return ""

    @property
    def map_host(self) -> list[str]:
        """The one place pictures may come from besides ourselves; none without a remote map."""
        host = self.map_url.replace("{s}.", "*.") if self.map_kind else ""
        return [origin.partition("{")[0] for origin in origin_of(host)]

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
