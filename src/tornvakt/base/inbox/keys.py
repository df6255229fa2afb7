"""The installation's keys: files of mode 0600 under ``keys/``, made once, never in a database.

``master.key`` seals what must be kept secret at rest (the transmitters' AES keys). ``seal.key``
signs the inbox's head each minute; its public half stands in the inbox's first row, so that a
verifier needs no secret.
"""

import os
import secrets
from pathlib import Path

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from tornvakt.base.inbox.paths import DataDir, fsync_directory
from tornvakt.pure.facts import Refusal

KEY_BYTES = 32
NONCE_BYTES = 12


class KeyDamaged(Refusal):
    """A key file is missing, too short, or does not open what it once closed."""


class WrongSealKey(KeyDamaged):
    """The key that signs is not the one this inbox began with. The inbox itself is whole."""

    def __init__(self, path: Path, what: str) -> None:
        super().__init__(
            f"Nyckelfilen {path} {what}, och inkorgen kan inte förseglas utan sin egen nyckel. "
            "Återställ den från säkerhetskopian av keys/. Är den förlorad: kör "
            "./tornvakt journal set-aside, så tar en ny inkorg med en ny nyckel vid."
        )


def master_key(data: DataDir) -> bytes:
    """Return the 32-byte master key, making it on the first call.

    Several processes may start at once on a new directory: all get the same key.
    """
    return _read_or_make(data.keys / "master.key")


def named_key(data: DataDir, name: str) -> bytes:
    """Return the 32-byte key ``<name>.key``, making it on the first call. Raises ``KeyDamaged``.

    One key for each use, so that what one of them gives away is no help against another.
    """
    return _read_or_make(data.keys / f"{name}.key")


def new_signing_key(data: DataDir) -> Ed25519PrivateKey:
    """Return the key for a new inbox: the one that lies here if it is whole, otherwise a new one.

    A spoilt file is kept beside it under another name; nothing that goes on depends on it.
    """
    path = data.keys / "seal.key"
    if path.exists() and path.stat().st_size != KEY_BYTES:
        path.rename(path.with_name(f"seal.key.skadad-{secrets.token_hex(4)}"))
    return Ed25519PrivateKey.from_private_bytes(_read_or_make(path))


def signing_key(data: DataDir, public: str) -> Ed25519PrivateKey:
    """Return the key that signs the inbox whose first row names this public key (hexadecimal).

    Raises ``WrongSealKey``: with another key the inbox would be named forged from here on.
    """
    path = data.keys / "seal.key"
    try:
        value = path.read_bytes()
    except FileNotFoundError:
        raise WrongSealKey(path, "saknas") from None
    if len(value) != KEY_BYTES:
        raise WrongSealKey(path, "är skadad")
    key = Ed25519PrivateKey.from_private_bytes(value)
    if key.public_key().public_bytes_raw().hex() != public:
        raise WrongSealKey(path, "hör till en annan inkorg")
    return key


def seal(key: bytes, plain: bytes, *, purpose: bytes) -> bytes:
    """Encipher a short secret with AES-256-GCM: nonce, then cipher text and tag.

    ``purpose`` binds it to its place (table and account), so that one row's secret cannot be moved
    into another's.
    """
    nonce = secrets.token_bytes(NONCE_BYTES)
    return nonce + AESGCM(key).encrypt(nonce, plain, purpose)


def unseal(key: bytes, sealed: bytes, *, purpose: bytes) -> bytes:
    """Decipher what ``seal`` made with the same key and purpose; raise ``KeyDamaged`` otherwise."""
    try:
        return AESGCM(key).decrypt(sealed[:NONCE_BYTES], sealed[NONCE_BYTES:], purpose)
    except (InvalidTag, ValueError) as error:
        raise KeyDamaged(
            "En lagrad nyckel går inte att låsa upp: keys/master.key hör inte till den här "
            "datakatalogen, eller så är raden skadad."
        ) from error


def _read_or_make(path: Path) -> bytes:
    if not path.exists():
        _make(path)
    value = path.read_bytes()
    if len(value) != KEY_BYTES:
        raise KeyDamaged(f"Nyckelfilen {path} är skadad: {len(value)} byte i stället för 32.")
    return value


def _make(path: Path) -> None:
    """Write a new key under another name, flush it, then link: nobody ever sees half a key."""
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    draft = path.with_name(f".{path.name}.{secrets.token_hex(8)}")
    descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    try:
        os.write(descriptor, secrets.token_bytes(KEY_BYTES))
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
    try:
        os.link(draft, path)
    except FileExistsError:
        pass  # another process was first; its key is the key
    finally:
        draft.unlink()
    fsync_directory(path.parent)
