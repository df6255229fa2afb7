"""Where each account is: a sealed copy of what the register says, for when it cannot be asked.

The worker writes it again when the register has changed. It holds names, addresses and telephone
numbers of premises, no person's; it is enciphered by a key under ``keys/`` and of mode 0600.
"""

import json
import os
from collections.abc import Mapping
from hashlib import sha256
from typing import NamedTuple

from tornvakt.base.emergency.tickets import KEY
from tornvakt.base.inbox.keys import KeyDamaged, named_key, seal, unseal
from tornvakt.base.inbox.paths import DataDir, fsync_directory

_PURPOSE = b"nodlage.places"


class Place(NamedTuple):
    """Where an account is."""

    name: str
    address: str
    phone: str


def digest(places: Mapping[str, Place]) -> str:
    """Return what tells one content from another."""
    return sha256(_json(places)).hexdigest()


def save(data: DataDir, places: Mapping[str, Place]) -> None:
    """Replace the copy, durably and in one step."""
    path = data.emergency_places
    draft = path.with_name(path.name + ".new")
    descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_CLOEXEC, 0o600)
    with os.fdopen(descriptor, "wb") as file:
        file.write(seal(named_key(data, KEY), _json(places), purpose=_PURPOSE))
        file.flush()
        os.fsync(file.fileno())
    draft.replace(path)
    fsync_directory(path.parent)


def load(data: DataDir) -> dict[str, Place]:
    """Return the places; none when there is no copy, or it cannot be opened."""
    try:
        text = unseal(named_key(data, KEY), data.emergency_places.read_bytes(), purpose=_PURPOSE)
        return {account: Place(*place) for account, place in json.loads(text).items()}
    except (OSError, ValueError, TypeError, KeyDamaged):
        return {}


def _json(places: Mapping[str, Place]) -> bytes:
    return json.dumps(dict(sorted(places.items())), ensure_ascii=False).encode()
