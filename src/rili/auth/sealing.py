"""What must be shown again or used to sign, encrypted under a key that lives outside the database (decision 25)."""

from __future__ import annotations

from base64 import urlsafe_b64decode, urlsafe_b64encode

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from rili.errors import Unavailable
from rili.model.ids import NewBytes

_NONCE_BYTES = 12


class WrongSecretKey(Unavailable):
    """The key is not the one that this was encrypted under, or the text is not as it was stored."""

    def __init__(self) -> None:
        super().__init__(
            description="secret_key is not the key that the secrets in the database are encrypted under"
            "（secret_key 与数据库中的密文不符）"
        )


class NoSecretKey(Unavailable):
    """There is no key, and something is encrypted or is to be."""

    def __init__(self) -> None:
        super().__init__(
            description="secret_key is not set: the secrets of enterprise apps and callbacks are encrypted under it;"
            " give RILI_SECRET_KEY, or secret_key in the file of --config (of rili dev it is in DIR/secret.key)"
            "（未设置 secret_key，第三方企业应用与回调的密钥须以其加密；请设置 RILI_SECRET_KEY "
            "或配置文件中的 secret_key，rili dev 的密钥在 DIR/secret.key）"
        )


class SecretKey:
    """AES-256-GCM. What is encrypted says what it is *of*, so that it cannot stand in another place."""

    def __init__(self, hexadecimal: str, new_bytes: NewBytes) -> None:
        """*hexadecimal*: the key, as the setting `secret_key` says it."""
        self._cipher = AESGCM(bytes.fromhex(hexadecimal))
        self._new_bytes = new_bytes

    def seal(self, text: str, *, of: str) -> str:
        """*text* encrypted, as letters, digits, `-` and `_`."""
        nonce = self._new_bytes(_NONCE_BYTES)
        return urlsafe_b64encode(nonce + self._cipher.encrypt(nonce, text.encode(), of.encode())).decode()

    def open(self, sealed: str, *, of: str) -> str:
        """What `seal` encrypted. Raises WrongSecretKey."""
        raw = urlsafe_b64decode(sealed)
        try:
            return self._cipher.decrypt(raw[:_NONCE_BYTES], raw[_NONCE_BYTES:], of.encode()).decode()
        except InvalidTag:
            raise WrongSecretKey from None
