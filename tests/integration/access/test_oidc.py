"""The municipality's sign-in, against an identity provider of our own on this machine."""

import base64
import json
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from django.test import Client, override_settings

from tornvakt.base.access.models import User

pytestmark = pytest.mark.django_db


def _token(claims: dict[str, Any]) -> str:
    parts = ({"alg": "RS256", "typ": "JWT"}, claims)
    coded = [base64.urlsafe_b64encode(json.dumps(p).encode()).rstrip(b"=").decode() for p in parts]
    return ".".join([*coded, "c2ln"])


class Provider:
    """Answers as an identity provider for one person."""

    def __init__(self) -> None:
        self.claims: dict[str, Any] = {}
        provider = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                if self.path.startswith("/.well-known"):
                    self._say(
                        {
                            "issuer": provider.url,
                            "authorization_endpoint": f"{provider.url}/auth",
                            "token_endpoint": f"{provider.url}/token",
                            "userinfo_endpoint": f"{provider.url}/me",
                            "jwks_uri": f"{provider.url}/keys",
                        }
                    )
                else:
                    self._say(provider.claims)

            def do_POST(self) -> None:
                self.rfile.read(int(self.headers["Content-Length"]))
                claims = {**provider.claims, "iss": provider.url, "aud": "tornvakt"}
                claims |= {"exp": 4_102_444_800, "iat": 1_700_000_000}
                self._say({"access_token": "a", "token_type": "Bearer", "id_token": _token(claims)})

            def _say(self, body: dict[str, Any]) -> None:
                data = json.dumps(body).encode()
                self.send_response(200)
                self.send_header("Content-Type", "application/json")
                self.send_header("Content-Length", str(len(data)))
                self.end_headers()
                self.wfile.write(data)

            def log_message(self, *_: Any) -> None:
                pass

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self._server.server_port}"
        threading.Thread(target=self._server.serve_forever, daemon=True).start()

    def close(self) -> None:
        self._server.shutdown()
        self._server.server_close()


@pytest.fixture
def provider() -> Iterator[Provider]:
    """An identity provider, and an installation that uses it."""
    built = Provider()
    app = {
        "provider_id": "kommunen",
        "name": "Kommunens inloggning",
        "client_id": "tornvakt",
        "secret": "hemligt",
        "settings": {"server_url": built.url},
    }
    providers = {"openid_connect": {"OAUTH_PKCE_ENABLED": True, "APPS": [app]}}
    with override_settings(SOCIALACCOUNT_PROVIDERS=providers):
        yield built
    built.close()


def come_from(provider: Provider, **claims: Any) -> tuple[Client, Any]:
    """Sign in there and come back here."""
    provider.claims = claims
    client = Client()
    out = client.post("/logga-in/oidc/kommunen/")
    assert out.status_code == 302 and out["Location"].startswith(f"{provider.url}/auth")
    asked = parse_qs(urlsplit(out["Location"]).query)
    assert asked["code_challenge_method"] == ["S256"]
    back = client.get("/logga-in/oidc/kommunen/svar/", {"code": "c", "state": asked["state"][0]})
    return client, back


def test_who_has_an_account_gets_in_with_the_roles_it_has(
    provider: Provider, operator: User
) -> None:
    client, back = come_from(provider, sub="s-1", preferred_username="OP1")
    assert back["Location"] == "/"
    assert client.get("/larm/").status_code == 200


def test_who_has_none_gets_none(provider: Provider, operator: User) -> None:
    before = User.objects.count()
    client, back = come_from(provider, sub="s-2", preferred_username="okand")
    assert back.status_code == 403
    assert User.objects.count() == before
    assert client.get("/larm/")["Location"].startswith("/logga-in/")


def test_a_user_name_that_is_used_again_opens_nothing(provider: Provider, operator: User) -> None:
    assert come_from(provider, sub="s-1", preferred_username="op1")[1]["Location"] == "/"
    assert come_from(provider, sub="s-9", preferred_username="op1")[1].status_code == 403
    # And the lasting id opens whatever the name has become.
    assert come_from(provider, sub="s-1", preferred_username="gift")[1]["Location"] == "/"


def test_a_closed_account_stays_closed(provider: Provider, operator: User) -> None:
    User.objects.filter(pk=operator.pk).update(is_active=False)
    client, back = come_from(provider, sub="s-1", preferred_username="op1")
    assert back.status_code == 403
    assert client.get("/larm/")["Location"].startswith("/logga-in/")


def test_a_provider_that_is_away_is_told_in_words(provider: Provider, operator: User) -> None:
    provider.close()
    answer = Client().post("/logga-in/oidc/kommunen/")
    assert answer.status_code == 503
    assert "Ett lokalt konto fungerar" in answer.content.decode()


def test_without_an_address_there_is_no_such_way_in(db: None) -> None:
    assert Client().post("/logga-in/oidc/kommunen/").status_code == 404
    assert "/logga-in/oidc/" not in Client().get("/logga-in/").content.decode()
