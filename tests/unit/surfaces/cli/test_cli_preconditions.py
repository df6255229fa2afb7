"""What `start` refuses, before it has made anything."""

import subprocess
from pathlib import Path

import pytest

from tornvakt.surfaces.cli import preconditions
from tornvakt.surfaces.cli.codes import Stop


@pytest.fixture(autouse=True)
def bare(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("TORNVAKT_ORIGIN", raising=False)


def pair(folder: Path, name: str) -> tuple[Path, Path]:
    """Make a self-signed certificate and its key."""
    certificate, key = folder / f"{name}.pem", folder / f"{name}.key"
    command = ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256"]
    command += ["-nodes", "-subj", "/CN=localhost", "-days", "1"]
    command += ["-out", str(certificate), "-keyout", str(key)]
    subprocess.run(command, check=True, capture_output=True)
    return certificate, key


@pytest.mark.parametrize("host", ["0.0.0.0", "::", "192.0.2.7", "larm.example.se", ""])
def test_the_web_is_never_served_in_clear_to_other_machines(host: str) -> None:
    with pytest.raises(Stop) as stopped:
        preconditions.web_may_listen(host, has_certificate=False)
    line = str(stopped.value)
    assert all(word in line for word in ("--tls-cert", "--tls-key", "TORNVAKT_ALLOWED_HOSTS"))
    assert stopped.value.code == 2
    preconditions.web_may_listen(host, has_certificate=True)


@pytest.mark.parametrize("host", ["127.0.0.1", "127.0.0.9", "::1", "localhost"])
def test_on_this_machine_it_needs_no_certificate(host: str) -> None:
    preconditions.web_may_listen(host, has_certificate=False)


@pytest.mark.parametrize(("origin", "may"), [("https://larm.se", True), ("http://larm.se", False)])
def test_a_proxy_that_speaks_tls_is_enough(
    monkeypatch: pytest.MonkeyPatch, origin: str, may: bool
) -> None:
    monkeypatch.setenv("TORNVAKT_ORIGIN", origin)
    if may:
        preconditions.web_may_listen("0.0.0.0", has_certificate=False)
    else:
        with pytest.raises(Stop):
            preconditions.web_may_listen("0.0.0.0", has_certificate=False)


def test_a_certificate_and_its_key_are_looked_at_before_the_start(tmp_path: Path) -> None:
    certificate, key = pair(tmp_path, "en")
    _other, other_key = pair(tmp_path, "annan")
    text = tmp_path / "text.pem"
    text.write_text("inget certifikat\n")
    preconditions.certificate_is_usable(None, None)
    preconditions.certificate_is_usable(certificate, key)
    for pem, secret, said in (
        (certificate, None, "hör ihop"),
        (None, key, "hör ihop"),
        (text, key, "inte ett certifikat"),
        (certificate, text, "inte ett certifikat"),
        (certificate, other_key, "hör inte till"),
        (tmp_path / "saknas", key, "finns inte"),
        (tmp_path, key, "är en katalog"),
    ):
        with pytest.raises(Stop, match=said):
            preconditions.certificate_is_usable(pem, secret)


def test_the_web_and_the_receiver_have_a_port_each() -> None:
    preconditions.ports_differ(0, 0)
    preconditions.ports_differ(8080, 10500)
    with pytest.raises(Stop, match="samma port \\(8080\\)"):
        preconditions.ports_differ(8080, 8080)
