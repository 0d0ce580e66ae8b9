"""A receiver of callbacks, as a process of its own, that does wrong as often as it is told.

Written from the vendor's description of callbacks alone; nothing here is Rili's.

    python -m tests.soak.receiver PORT LOG SEED MISCHIEF    the token, the key and the owner on standard input

Before it answers, each push is a line of LOG: what came, and how it is answered.
"""

from __future__ import annotations

import asyncio
import base64
import hashlib
import json
import os
import struct
import sys
from pathlib import Path
from random import Random
from typing import Any
from urllib.parse import parse_qs, urlsplit

from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes

MISCHIEF = ("error", "garbage", "forged", "hang", "hang up", "die")
HANG_SECONDS = 5


class Secrets:
    """What both sides know."""

    def __init__(self, token: str, aes_key: str, owner: str) -> None:
        self.token = token
        self.key = base64.b64decode(aes_key + "=")
        self.owner = owner

    def signature(self, *parts: str) -> str:
        return hashlib.sha1("".join(sorted((self.token, *parts))).encode()).hexdigest()

    def open(self, encrypted: str) -> str:
        raw = self._cipher().decryptor().update(base64.b64decode(encrypted))
        raw = raw[: -raw[-1]] if 1 <= raw[-1] <= 32 else raw
        (length,) = struct.unpack(">I", raw[16:20])
        assert raw[20 + length :].decode() == self.owner, "encrypted for somebody else"
        return raw[20 : 20 + length].decode()

    def seal(self, text: str) -> str:
        plain = os.urandom(8).hex().encode() + struct.pack(">I", len(text.encode())) + text.encode()
        plain += self.owner.encode()
        padding = 32 - len(plain) % 32
        return base64.b64encode(
            self._cipher().encryptor().update(plain + bytes([padding]) * padding)
        ).decode()

    def _cipher(self) -> Cipher[modes.CBC]:
        return Cipher(algorithms.AES(self.key), modes.CBC(self.key[:16]))


class Receiver:
    """Serves callbacks, and `GET /healthz`."""

    def __init__(self, secrets: Secrets, log: Path, random: Random, mischief: float) -> None:
        self._secrets = secrets
        self._log = os.open(log, os.O_WRONLY | os.O_APPEND | os.O_CREAT)
        self._random = random
        self._mischief = mischief

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            while (head := await reader.readuntil(b"\r\n\r\n")).startswith(b"POST"):
                length = next(
                    int(line.partition(b":")[2])
                    for line in head.split(b"\r\n")
                    if line.lower().startswith(b"content-length")
                )
                body = await reader.readexactly(length)
                if not await self._answer(writer, head.split()[1].decode(), json.loads(body)["encrypt"]):
                    break
            else:
                _send(writer, 200, {})
        except (asyncio.IncompleteReadError, ConnectionError):
            pass
        finally:
            writer.close()

    async def _answer(self, writer: asyncio.StreamWriter, target: str, encrypted: str) -> bool:
        """Whether the connection goes on."""
        query = {name: values[0] for name, values in parse_qs(urlsplit(target).query).items()}
        assert query["signature"] == query["msg_signature"]
        assert query["signature"] == self._secrets.signature(query["timestamp"], query["nonce"], encrypted)
        push = json.loads(self._secrets.open(encrypted))
        how = self._random.choice(MISCHIEF) if self._random.random() < self._mischief else "ok"
        os.write(self._log, json.dumps({"how": how, "push": push}).encode() + b"\n")
        if how == "die":
            os._exit(1)
        if how == "hang up":
            return False
        if how == "hang":
            await asyncio.sleep(HANG_SECONDS)
            return False
        if how == "error":
            _send(writer, 500, {})
        elif how == "garbage":
            _send(writer, 200, {"encrypt": "success"})
        else:
            answer = self._secrets.seal("success" if how == "ok" else "failure")
            nonce = os.urandom(6).hex()
            signature = self._secrets.signature(query["timestamp"], nonce, answer)
            _send(
                writer,
                200,
                {
                    "msg_signature": signature,
                    "timeStamp": query["timestamp"],
                    "nonce": nonce,
                    "encrypt": answer,
                },
            )
        return True


def _send(writer: asyncio.StreamWriter, status: int, answer: Any) -> None:
    body = json.dumps(answer).encode()
    head = f"HTTP/1.1 {status} -\r\ncontent-type: application/json\r\ncontent-length: {len(body)}\r\n\r\n"
    writer.write(head.encode() + body)


async def _main(port: int, log: Path, seed: str, mischief: float) -> None:
    secrets = Secrets(*sys.stdin.readline().split())
    receiver = Receiver(secrets, log, Random(seed), mischief)
    server = await asyncio.start_server(receiver.serve, "127.0.0.1", port)
    async with server:
        await server.serve_forever()


if __name__ == "__main__":
    asyncio.run(_main(int(sys.argv[1]), Path(sys.argv[2]), sys.argv[3], float(sys.argv[4])))
