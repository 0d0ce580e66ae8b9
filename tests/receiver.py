"""An app's own server for HTTP callbacks, written from the vendor's pages alone: none of its code is Rili's."""

from __future__ import annotations

import base64
import hashlib
import json
import os
import ssl
import struct
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes

LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789"

Answer = Callable[["Handler", str], None]
"""What is done about a request whose text this is."""


class Receiver:
    """Keeps what it gets, in order, and answers as *answer* says."""

    def __init__(self, token: str, aes_key: str, owner: str) -> None:
        self.token, self.aes_key, self.owner = token, aes_key, owner
        self.got: list[dict[str, Any]] = []
        """Plain texts of events."""
        self.checks: list[dict[str, Any]] = []
        """Those of checks of the address."""
        self.requests: list[str] = []
        """Targets."""
        self.answer: Answer = success
        self.let_go = threading.Event()
        """Set when the test is over: whoever hangs may go."""
        self.url = ""

    def read(self, target: str, body: bytes) -> str:
        """The text of a request, whose signature must be good."""
        query = {name: values[0] for name, values in parse_qs(urlsplit(target).query).items()}
        encrypt = json.loads(body)["encrypt"]
        expected = self._sign(query["timestamp"], query["nonce"], encrypt)
        assert query["signature"] == query["msg_signature"] == expected
        return self._decrypt(encrypt)

    def reply(self, text: str) -> dict[str, Any]:
        """What says *text* in answer."""
        encrypt = self._encrypt(text)
        nonce = base64.b32encode(os.urandom(5)).decode()
        return {
            "msg_signature": self._sign("1783610513", nonce, encrypt),
            "timeStamp": "1783610513",
            "nonce": nonce,
            "encrypt": encrypt,
        }

    def _sign(self, timestamp: str, nonce: str, encrypt: str) -> str:
        return hashlib.sha1("".join(sorted([self.token, timestamp, nonce, encrypt])).encode()).hexdigest()

    def _cipher(self) -> Cipher[modes.CBC]:
        key = base64.b64decode(self.aes_key + "=")
        return Cipher(algorithms.AES(key), modes.CBC(key[:16]))

    def _decrypt(self, encrypt: str) -> str:
        decryptor = self._cipher().decryptor()
        plain = decryptor.update(base64.b64decode(encrypt)) + decryptor.finalize()
        plain = plain[: -plain[-1]]
        (length,) = struct.unpack(">I", plain[16:20])
        assert plain[20 + length :].decode() == self.owner
        assert plain[:16].isascii()
        assert plain[:16].decode().isprintable()
        return plain[20 : 20 + length].decode()

    def _encrypt(self, text: str) -> str:
        message = text.encode()
        plain = b"0123456789abcdef" + struct.pack(">I", len(message)) + message + self.owner.encode()
        pad = 32 - len(plain) % 32
        encryptor = self._cipher().encryptor()
        return base64.b64encode(encryptor.update(plain + bytes([pad]) * pad) + encryptor.finalize()).decode()


class Handler(BaseHTTPRequestHandler):
    """One request."""

    protocol_version = "HTTP/1.1"
    server: Server

    def do_POST(self) -> None:
        receiver = self.server.receiver
        receiver.requests.append(self.path)
        body = self.rfile.read(int(self.headers["content-length"]))
        text = receiver.read(self.path, body)
        assert self.headers["content-type"] == "application/json"
        told = json.loads(text)
        kept = receiver.checks if told["EventType"].startswith("check_") else receiver.got
        kept.append(told)
        receiver.answer(self, text)

    def send(self, status: int, body: bytes, **headers: str) -> None:
        """A whole answer."""
        self.send_response(status)
        self.send_header("content-length", str(len(body)))
        for name, value in headers.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 - the library's name
        return


class Server(ThreadingHTTPServer):
    daemon_threads = True
    block_on_close = False
    receiver: Receiver

    def handle_error(self, request: Any, client_address: Any) -> None:
        """What a test's client cut off is no news; a request that cannot be read gets no answer, which is."""


def success(handler: Handler, text: str) -> None:
    """As it should be."""
    says(_wanted(text))(handler, text)


def says(text: str) -> Answer:
    """Signed and encrypted, but another text."""

    def answer(handler: Handler, _: str) -> None:
        handler.send(200, json.dumps(handler.server.receiver.reply(text)).encode())

    return answer


def replies(change: Callable[[dict[str, Any]], Any]) -> Answer:
    """A good answer, changed."""

    def answer(handler: Handler, _: str) -> None:
        handler.send(200, json.dumps(change(handler.server.receiver.reply("success"))).encode())

    return answer


def sends(status: int, body: bytes = b"", **headers: str) -> Answer:
    """Anything."""
    return lambda handler, _: handler.send(status, body, **headers)


def hangs(handler: Handler, _: str) -> None:
    """Says nothing until the test is over."""
    handler.server.receiver.let_go.wait()


def dribbles(handler: Handler, _: str) -> None:
    """Begins an answer, and never ends it."""
    handler.send_response(200)
    handler.send_header("content-length", "1000")
    handler.end_headers()
    handler.wfile.write(b"{")
    handler.server.receiver.let_go.wait()


def dies(handler: Handler, _: str) -> None:
    """Closes the connection without a word."""
    handler.close_connection = True


def after(failures: int, answer: Answer) -> Answer:
    """*answer* so many times, then success."""
    left = [failures]

    def choose(handler: Handler, text: str) -> None:
        left[0] -= 1
        (answer if left[0] >= 0 else success)(handler, text)

    return choose


def _wanted(text: str) -> str:
    told = json.loads(text)
    return told.get("Random", "success")


@contextmanager
def receiving(
    owner: str, *, token: str = "tokenOf123", certificate: tuple[Path, Path] | None = None
) -> Iterator[Receiver]:
    """A receiver on a free port of 127.0.0.1; with *certificate* (and its key) over TLS."""
    aes_key = "".join(LETTERS[byte % len(LETTERS)] for byte in os.urandom(43))
    receiver = Receiver(token, aes_key, owner)
    with Server(("127.0.0.1", 0), Handler) as server:
        server.receiver = receiver
        scheme = "http"
        if certificate is not None:
            context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            context.load_cert_chain(*certificate)
            server.socket = context.wrap_socket(server.socket, server_side=True)
            scheme = "https"
        receiver.url = f"{scheme}://127.0.0.1:{server.server_address[1]}/callback"
        thread = threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True)
        thread.start()
        try:
            yield receiver
        finally:
            receiver.let_go.set()
            server.shutdown()
            thread.join()
