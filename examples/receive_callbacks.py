"""Receive the HTTP callbacks of a Rili server, or of DingTalk (`pip install cryptography`).

python examples/receive_callbacks.py 8080 TOKEN AES_KEY OWNER_KEY
"""

import base64
import hashlib
import hmac
import json
import os
import sys
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qsl, urlsplit

from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes

port, token, aes_key, owner_key = sys.argv[1:5]
key = base64.b64decode(aes_key + "=")
cipher = Cipher(algorithms.AES(key), modes.CBC(key[:16]))


def sign(timestamp, nonce, encrypted):
    return hashlib.sha1("".join(sorted([token, timestamp, nonce, encrypted])).encode()).hexdigest()


def decrypt(encrypted):
    decryptor = cipher.decryptor()
    plain = decryptor.update(base64.b64decode(encrypted)) + decryptor.finalize()
    plain = plain[: -plain[-1]]
    end = 20 + int.from_bytes(plain[16:20], "big")
    if plain[end:] != owner_key.encode():
        raise ValueError("encrypted for somebody else")
    return plain[20:end].decode()


def encrypt(text):
    message = text.encode()
    plain = os.urandom(8).hex().encode() + len(message).to_bytes(4, "big") + message + owner_key.encode()
    pad = 32 - len(plain) % 32
    encryptor = cipher.encryptor()
    return base64.b64encode(encryptor.update(plain + bytes([pad]) * pad) + encryptor.finalize()).decode()


class Receiver(BaseHTTPRequestHandler):
    def do_POST(self):
        query = dict(parse_qsl(urlsplit(self.path).query))
        encrypted = json.loads(self.rfile.read(int(self.headers["content-length"])))["encrypt"]
        expected = sign(query["timestamp"], query["nonce"], encrypted)
        if not hmac.compare_digest(query["msg_signature"], expected):
            self.send_error(403)
            return
        event = json.loads(decrypt(encrypted))
        # Keep it, and do the work elsewhere: the answer is waited for 1500 ms. The same EventId may come again.
        print(event["EventType"], event.get("changeType", ""), event.get("calendarEventId", ""), flush=True)
        timestamp, nonce, answer = str(int(time.time() * 1000)), os.urandom(8).hex(), encrypt("success")
        body = {
            "msg_signature": sign(timestamp, nonce, answer),
            "timeStamp": timestamp,
            "nonce": nonce,
            "encrypt": answer,
        }
        self.send_response(200)
        self.send_header("content-type", "application/json")
        self.end_headers()
        self.wfile.write(json.dumps(body).encode())


server = ThreadingHTTPServer(("127.0.0.1", int(port)), Receiver)
print(f"http://127.0.0.1:{server.server_port}/callback", flush=True)
server.serve_forever()
