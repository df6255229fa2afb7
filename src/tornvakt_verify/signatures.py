"""Ed25519 signatures of the seals, with the public key that stands in the inbox's first row."""

from collections.abc import Callable
from uuid import UUID

from tornvakt_verify.marks import Seal

Check = Callable[[Seal], bool]


def checker(installation: str, public_key: str) -> Check | None:
    """Return a function that checks one seal, or None where ``cryptography`` is not installed.

    An unreadable installation or key gives a function that accepts nothing.
    """
    try:
        from cryptography.exceptions import InvalidSignature
        from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
    except ImportError:
        return None
    try:
        key = Ed25519PublicKey.from_public_bytes(bytes.fromhex(public_key))
        prefix = b"TVS1" + UUID(installation).bytes
    except ValueError:
        return lambda seal: False

    def check(seal: Seal) -> bool:
        try:
            signed = prefix + seal.id.to_bytes(8, "big") + seal.hash + seal.at_us.to_bytes(8, "big")
            key.verify(seal.signature, signed)
        except (InvalidSignature, OverflowError, TypeError, AttributeError):
            return False
        return True

    return check
