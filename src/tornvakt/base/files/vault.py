"""Where the contents lie: one enciphered file each under ``DATA/files``.

``TVF1``, 12 bytes nonce, then AES-256-GCM over the content with the name as associated data: a
file that was changed, or put in another's place, does not open.
"""

import hmac
import os
import secrets
from hashlib import sha256
from pathlib import Path

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from tornvakt.base.inbox import keys
from tornvakt.base.inbox.paths import DataDir, fsync_directory

MAGIC = b"TVF1"
KEY = "files"
"""``keys/files.key``."""


def put(data: DataDir, content: bytes) -> str:
    """Keep a content, durably, and return its digest. The same content again costs a look.

    Raises KeyDamaged, and OSError when the disk refuses.
    """
    key = keys.named_key(data, KEY)
    digest = hmac.new(key, content, sha256).hexdigest()
    path = place(data, digest)
    if path.exists():
        return digest
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    nonce = secrets.token_bytes(keys.NONCE_BYTES)
    sealed = MAGIC + nonce + AESGCM(key).encrypt(nonce, content, digest.encode())
    draft = path.with_name(f".{digest}.{secrets.token_hex(8)}")
    try:
        descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600)
        with os.fdopen(descriptor, "wb") as file:
            file.write(sealed)
            file.flush()
            os.fsync(file.fileno())
        draft.rename(path)
    except BaseException:
        draft.unlink(missing_ok=True)
        raise
    fsync_directory(path.parent)
    fsync_directory(data.files)
    return digest


def get(data: DataDir, digest: str) -> bytes | None:
    """Return a content, or None when it is gone or does not open."""
    try:
        sealed = place(data, digest).read_bytes()
    except OSError:
        return None
    if sealed[:4] != MAGIC:
        return None
    nonce, body = sealed[4:16], sealed[16:]
    try:
        return AESGCM(keys.named_key(data, KEY)).decrypt(nonce, body, digest.encode())
    except (InvalidTag, ValueError):
        return None


def place(data: DataDir, digest: str) -> Path:
    """Return where a content lies; 256 folders, so that none grows long."""
    return data.files / digest[:2] / digest
