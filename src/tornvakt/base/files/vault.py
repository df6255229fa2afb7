"""Where the contents lie: one enciphered file each under ``DATA/files``.

``TVF1``, 12 bytes nonce, then AES-256-GCM over the content with the name as associated data: a
file that was changed, or put in another's place, does not open.

A content whose row never came (its transaction failed) is first laid aside under another name in
the same folder and found again from there; only after a month does it go.
"""

import hmac
import os
import re
import secrets
from collections.abc import Iterator
from datetime import datetime
from hashlib import sha256
from pathlib import Path

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from tornvakt.base.inbox import keys
from tornvakt.base.inbox.paths import DataDir, fsync_directory

MAGIC = b"TVF1"
_NAME = re.compile(r"[0-9a-f]{64}")
KEY = "files"
"""``keys/files.key``."""


def put(data: DataDir, content: bytes) -> str:
    """Keep a content, durably, and return its digest. The same content again costs a look.

    Raises KeyDamaged, and OSError when the disk refuses.
    """
    key = keys.named_key(data, KEY)
    digest = hmac.new(key, content, sha256).hexdigest()
    path = place(data, digest)
    if _touch(path):
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
    path = place(data, digest)
    try:
        sealed = path.read_bytes()
    except FileNotFoundError:
        try:
            _aside(path).rename(path)
            sealed = path.read_bytes()
        except OSError:
            return None
    except OSError:
        return None
    if sealed[:4] != MAGIC:
        return None
    nonce, body = sealed[4:16], sealed[16:]
    try:
        return AESGCM(keys.named_key(data, KEY)).decrypt(nonce, body, digest.encode())
    except (InvalidTag, ValueError):
        return None


def contents(data: DataDir) -> Iterator[Path]:
    """Every content, folder by folder; not those laid aside."""
    for path in sorted(data.files.glob("[0-9a-f][0-9a-f]/[0-9a-f]*")):
        if _NAME.fullmatch(path.name):
            yield path


def lay_aside(path: Path, *, untouched_since: datetime) -> bool:
    """Lay a content aside that nobody has kept or kept again since; return whether it was.

    Somebody may be keeping the same content at this very moment: they touch it first, and then
    it is put back.
    """
    other = _aside(path)
    path.rename(other)
    if other.stat().st_mtime >= untouched_since.timestamp():
        other.rename(path)
        return False
    os.utime(other)
    return True


def left_behind(data: DataDir, *, before: datetime) -> Iterator[Path]:
    """Contents laid aside before an instant, and drafts that a kill left that long ago."""
    for path in sorted(data.files.glob("[0-9a-f][0-9a-f]/.*")):
        if path.stat().st_mtime < before.timestamp():
            yield path


def _aside(path: Path) -> Path:
    return path.with_name(f".{path.name}.aside")


def _touch(path: Path) -> bool:
    try:
        os.utime(path)
    except FileNotFoundError:
        return False
    return True


def place(data: DataDir, digest: str) -> Path:
    """Return where a content lies; 256 folders, so that none grows long."""
    return data.files / digest[:2] / digest
