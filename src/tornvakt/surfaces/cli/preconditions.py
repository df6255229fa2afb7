"""What `start` refuses before it has made or opened anything, each with one line that says why."""

import ipaddress
import os
import ssl
from pathlib import Path

from tornvakt.surfaces.cli.codes import Stop
from tornvakt.surfaces.cli.words import swedish_error


def web_may_listen(host: str, *, has_certificate: bool) -> None:
    """Raise Stop when the web would be served in clear to other machines.

    A proxy that speaks TLS in front of us is told by TORNVAKT_ORIGIN=https://…
    """
    is_behind_proxy = os.environ.get("TORNVAKT_ORIGIN", "").startswith("https://")
    if has_certificate or is_behind_proxy or _is_this_machine(host):
        return
    raise Stop(
        f"webben får inte lyssna på {host} utan TLS. Ange --tls-cert och --tls-key, och namnet "
        "som webbläsarna skriver i TORNVAKT_ALLOWED_HOSTS. Gällde det bara mottagaren: sätt "
        "TORNVAKT_DC09_HOST i stället för --host."
    )


def _is_this_machine(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def certificate_is_usable(certificate: Path | None, key: Path | None) -> None:
    """Raise Stop when certificate and key are not a pair that a web server can use."""
    if certificate is None and key is None:
        return
    if certificate is None or key is None:
        raise Stop("--tls-cert och --tls-key hör ihop: ange båda.")
    for name, file in (("--tls-cert", certificate), ("--tls-key", key)):
        try:
            file.read_bytes()
        except OSError as error:
            raise Stop(f"{name}: {file} {_as_predicate(error)}.") from error
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    try:
        context.load_cert_chain(certificate, key, password=lambda: "")
    except ssl.SSLError as error:
        if error.reason == "KEY_VALUES_MISMATCH":
            raise Stop(f"nyckeln {key} hör inte till certifikatet {certificate}.") from error
        raise Stop(
            f"{certificate} och {key} är inte ett certifikat och dess nyckel i PEM, utan lösenord."
        ) from error


def _as_predicate(error: OSError) -> str:
    return "får inte läsas" if isinstance(error, PermissionError) else swedish_error(error)


def ports_differ(http: int, dc09: int) -> None:
    """Raise Stop when the web and the receiver were given the same port."""
    if http == dc09 != 0:
        raise Stop(f"--http och --dc09 är samma port ({http}). De måste ha var sin.")
