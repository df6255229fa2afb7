"""Code words (kodord) at rest: enciphered under a key of their own, never in the database.

Each is bound to its keyholder's row, so that one cannot be moved to another. The key is a file
beside the receiver's; without it a copy of the database tells nothing.
"""

from functools import cache
from pathlib import Path

from django.conf import settings

from tornvakt.base.inbox import keys
from tornvakt.base.inbox.paths import DataDir


def seal(keyholder_id: int, word: str) -> bytes:
    """Encipher a code word for one keyholder."""
    return keys.seal(_key(Path(settings.DATA)), word.encode(), purpose=_purpose(keyholder_id))


def unseal(keyholder_id: int, sealed: bytes) -> str:
    """Decipher it. Raises KeyDamaged when the row or the key is another."""
    plain = keys.unseal(_key(Path(settings.DATA)), sealed, purpose=_purpose(keyholder_id))
    return plain.decode()


def _purpose(keyholder_id: int) -> bytes:
    return f"sites.keyholder:{keyholder_id}".encode()


@cache
def _key(data: Path) -> bytes:
    return keys.named_key(DataDir(data), "code-words")
