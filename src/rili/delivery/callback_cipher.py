"""How HTTP callbacks are encrypted and signed, in both directions.

Source: DingTalk "configure-stream-push", "develop-stream-mode-push-server"; the vendor's `DingTalkEncryptor`.
"""

from __future__ import annotations

import hmac
from base64 import b64decode, b64encode
from binascii import Error as NotBase64
from hashlib import sha1

from cryptography.hazmat.primitives.ciphers import Cipher
from cryptography.hazmat.primitives.ciphers.algorithms import AES
from cryptography.hazmat.primitives.ciphers.modes import CBC

from rili.model.ids import NewBytes, opaque_id

_RANDOM = 16
_HEAD = _RANDOM + 4
_BLOCK = 32
"""Of the padding; that of the cipher is 16."""


class Undecipherable(Exception):
    """Not encrypted under this key for this owner, or not signed with this token. The text says what is wrong."""


class CallbackCipher:
    """One receiver's."""

    def __init__(self, token: str, aes_key: str, owner_key: str, new_bytes: NewBytes) -> None:
        """*aes_key*: 43 letters and digits. *owner_key*: appKey or suiteKey; corpId of what the old API registered."""
        self._token = token
        key = b64decode(aes_key + "=")
        self._cipher = Cipher(AES(key), CBC(key[:16]))
        self._owner = owner_key.encode()
        self._new_bytes = new_bytes

    def encrypt(self, text: str) -> str:
        """*text* encrypted, as Base64."""
        message = text.encode()
        random = opaque_id(self._new_bytes, _RANDOM).encode()
        plain = random + len(message).to_bytes(4) + message + self._owner
        pad = _BLOCK - len(plain) % _BLOCK
        encryptor = self._cipher.encryptor()
        return b64encode(encryptor.update(plain + bytes([pad]) * pad) + encryptor.finalize()).decode()

    def decrypt(self, encrypted: str) -> str:
        """What was encrypted. Raises Undecipherable."""
        try:
            raw = b64decode(encrypted, validate=True)
            decryptor = self._cipher.decryptor()
            plain = decryptor.update(raw) + decryptor.finalize()
        except (NotBase64, ValueError):
            raise Undecipherable("it is not Base64 of whole blocks") from None
        if plain and 1 <= plain[-1] <= _BLOCK:
            plain = plain[: -plain[-1]]
        end = _HEAD + int.from_bytes(plain[_RANDOM:_HEAD])
        if len(plain) < _HEAD or plain[end:] != self._owner:
            raise Undecipherable("it was encrypted under another key, or for another owner")
        try:
            return plain[_HEAD:end].decode()
        except UnicodeDecodeError:
            raise Undecipherable("it holds no UTF-8") from None

    def signature(self, timestamp: str, nonce: str, encrypted: str) -> str:
        """SHA-1 of the four texts in their order, in hexadecimal."""
        return sha1("".join(sorted((self._token, timestamp, nonce, encrypted))).encode()).hexdigest()

    def verify(self, signature: str, timestamp: str, nonce: str, encrypted: str) -> None:
        """Raises Undecipherable for another signature."""
        good = self.signature(timestamp, nonce, encrypted).encode()
        if not hmac.compare_digest(signature.encode("utf-8", "surrogatepass"), good):
            raise Undecipherable("its signature is another")
