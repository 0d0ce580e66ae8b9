"""What is kept of a secret, and how a token comes from one (decision 25)."""

from __future__ import annotations

import hmac
from base64 import b32encode
from hashlib import sha256


def hash_secret(secret: str) -> str:
    """What the database holds of an app secret or a token.

    Both are long and random, so nothing slower is needed. Bytes that are no UTF-8 must hash too.
    """
    return sha256(secret.encode("utf-8", "surrogatepass")).hexdigest()


def matches(secret: str, secret_hash: str) -> bool:
    """Whether *secret* is the hashed one, in a time that tells nothing."""
    return hmac.compare_digest(hash_secret(secret), secret_hash)


def derive_token(secret: str, nonce: str) -> str:
    """`[0-9a-f]{32}`: the same for the same secret and nonce, so that the token need not be stored."""
    return hmac.new(secret.encode(), nonce.encode(), sha256).hexdigest()[:32]


def derive_code(key: bytes, *of: str) -> str:
    """`[a-z2-7]{32}`: the same for the same *of*, so that it need not be stored; in one case, which mail may change."""
    return b32encode(hmac.digest(key, "\0".join(of).encode(), "sha256")[:20]).decode().lower()
