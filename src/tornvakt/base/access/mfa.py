"""Second factors: their secrets are sealed at rest, and some roles must have one.

allauth keeps the secret of one-time codes as it is; a stolen copy of the database would then hold
the second factor of everybody. The key lies in a file beside the database, never in it.
"""

import base64
import os
from pathlib import Path

from allauth.mfa.adapter import DefaultMFAAdapter
from allauth.mfa.models import Authenticator
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from django.conf import settings

from tornvakt.base.access.models import User
from tornvakt.base.inbox import keys
from tornvakt.base.inbox.paths import DataDir

NONCE_BYTES = 12
_PURPOSE = b"mfa v1"


class SealedSecrets(DefaultMFAAdapter):  # type: ignore[misc]  # allauth has no type hints
    """allauth's ways, with the secrets sealed (AES-256-GCM under ``keys/mfa.key``)."""

    def encrypt(self, text: str) -> str:
        """Seal a secret for the database."""
        nonce = os.urandom(NONCE_BYTES)
        sealed = _cipher().encrypt(nonce, text.encode(), _PURPOSE)
        return base64.b64encode(nonce + sealed).decode("ascii")

    def decrypt(self, encrypted_text: str) -> str:
        """Open what :meth:`encrypt` sealed."""
        data = base64.b64decode(encrypted_text)
        return _cipher().decrypt(data[:NONCE_BYTES], data[NONCE_BYTES:], _PURPOSE).decode()


def has_second_factor(user: User) -> bool:
    """Tell whether the person has a passkey or one-time codes."""
    strong = Authenticator.objects.filter(user_id=user.pk)
    return bool(strong.exclude(type=Authenticator.Type.RECOVERY_CODES).exists())


def lacks_second_factor(user: User) -> bool:
    """Tell whether a role of the person asks for a second factor and there is none."""
    asked: frozenset[str] = settings.ENVIRONMENT.must_have_second_factor
    return not asked.isdisjoint(user.roles) and not has_second_factor(user)


def _cipher() -> AESGCM:
    return AESGCM(keys.named_key(DataDir(Path(settings.DATA)), "mfa"))
