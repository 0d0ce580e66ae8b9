"""One exchange with a receiver of HTTP callbacks: encrypted and signed, there and back."""

from __future__ import annotations

from urllib.parse import urlencode

import msgspec
from msgspec import Struct, field

from rili.actions.push_settings import Push
from rili.delivery.callback_cipher import CallbackCipher, Undecipherable
from rili.delivery.outgoing import Outgoing, Unanswered
from rili.model.ids import NewBytes, opaque_id

SUCCESS = "success"
"""What a receiver must answer."""


class Encrypted(Struct, frozen=True):
    """The body that is sent."""

    encrypt: str


class Acknowledgement(Struct, frozen=True):
    """The body that is answered."""

    msg_signature: str
    time_stamp: str | int = field(name="timeStamp")
    nonce: str
    encrypt: str


class Receiver(Struct, frozen=True):
    """Who is told, and how."""

    url: str
    token: str
    aes_key: str
    owner_key: str
    """appKey or suiteKey; corpId of what the old API registered."""


def receiver_of(push: Push, corp_id: str) -> Receiver:
    """Whom *push*, which names an address, tells of what happens in the organisation."""
    assert push.url is not None
    assert push.token is not None
    assert push.aes_key is not None
    return Receiver(push.url, push.token, push.aes_key, push.owner_key(corp_id))


async def exchange(
    outgoing: Outgoing, receiver: Receiver, text: str, *, new_bytes: NewBytes, now_ms: int, timeout_ms: int
) -> str:
    """Send *text*; what is answered, decrypted. Raises Unanswered."""
    cipher = CallbackCipher(receiver.token, receiver.aes_key, receiver.owner_key, new_bytes)
    encrypted, timestamp, nonce = cipher.encrypt(text), str(now_ms), opaque_id(new_bytes, 16)
    signature = cipher.signature(timestamp, nonce, encrypted)
    # The vendor's prose has one of the two names, its samples the other.
    query = urlencode(
        {"signature": signature, "msg_signature": signature, "timestamp": timestamp, "nonce": nonce}
    )
    reply = await outgoing.post_json(
        f"{receiver.url}{'&' if '?' in receiver.url else '?'}{query}",
        msgspec.json.encode(Encrypted(encrypted)),
        timeout_ms=timeout_ms,
    )
    if reply.status != 200:
        raise Unanswered("reply", f"it answers {reply.status}, not 200{_hint(reply.status)}")
    try:
        answer = msgspec.json.decode(reply.body, type=Acknowledgement)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        raise Unanswered(
            "reply", "it answers no JSON object with msg_signature, timeStamp, nonce and encrypt"
        ) from None
    try:
        cipher.verify(answer.msg_signature, str(answer.time_stamp), answer.nonce, answer.encrypt)
        return cipher.decrypt(answer.encrypt)
    except (Undecipherable, UnicodeEncodeError) as unreadable:
        raise Unanswered("reply", f"its answer cannot be read: {unreadable}") from None


async def tell(
    outgoing: Outgoing, receiver: Receiver, text: str, *, new_bytes: NewBytes, now_ms: int, timeout_ms: int
) -> None:
    """Send *text*, which must be answered by success. Raises Unanswered."""
    answer = await exchange(
        outgoing, receiver, text, new_bytes=new_bytes, now_ms=now_ms, timeout_ms=timeout_ms
    )
    if answer != SUCCESS:
        raise Unanswered("reply", f"it answers {answer[:40]!r}, not {SUCCESS}")


def _hint(status: int) -> str:
    return "; redirects are not followed" if 300 <= status < 400 else ""
