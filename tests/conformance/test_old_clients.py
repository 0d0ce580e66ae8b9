"""What real clients put on the wire, byte for byte: the vendor's SDKs of both generations, and their surroundings."""

from __future__ import annotations

import json

import pytest

from tests.conformance.clients import HOUR, App, Json, Reply, assert_refused, send

BODY = '{"id":"{event}","summary":"标题 é"}'

PYTHON_2 = (
    "PUT {path} HTTP/1.1\r\n"
    "Accept-Encoding: identity\r\n"
    "host: {host}\r\n"
    "user-agent: AlibabaCloud (Linux; x86_64) Python/3.11.7 Core/0.4.3 TeaDSL/2\r\n"
    "accept: application/json\r\n"
    "x-client-token: ct-{event}\r\n"
    "x-acs-dingtalk-access-token: {token}\r\n"
    "content-type: application/json; charset=utf-8\r\n"
    "Content-Length: {length}\r\n"
    "\r\n"
    "{body}"
)
NODE_2 = (
    "PUT {path} HTTP/1.1\r\n"
    "host: {host}\r\n"
    "user-agent: AlibabaCloud (linux; x64) Node.js/v20.20.2 Core/1.0.1 TeaDSL/1\r\n"
    "accept: application/json\r\n"
    "x-client-token: ct-{event}\r\n"
    "x-acs-dingtalk-access-token: {token}\r\n"
    "content-type: application/json; charset=utf-8\r\n"
    "Connection: keep-alive\r\n"
    "Transfer-Encoding: chunked\r\n"
    "\r\n"
    "{chunks}"
)
PYTHON_1 = (
    "PUT {path} HTTP/1.1\r\n"
    "date: Sun, 22 Nov 2026 05:06:22 GMT\r\n"
    "host: {host}\r\n"
    "accept: application/json\r\n"
    "x-acs-signature-nonce: 5b1f0c0e6d0a4a54a4f3f7b0ad1c52c8\r\n"
    "x-acs-signature-method: HMAC-SHA1\r\n"
    "x-acs-signature-version: 1.0\r\n"
    "x-acs-version: calendar_1.0\r\n"
    "x-acs-action: PatchEvent\r\n"
    "user-agent: AlibabaCloud (Linux; x86_64) Python/3.11.7 Core/0.4.3 TeaDSL/1\r\n"
    "x-acs-dingtalk-access-token: {token}\r\n"
    "content-type: application/json; charset=utf-8\r\n"
    "authorization: acs :GcJ5FYVRS0tC2Ll5yKKXfcVpYYA=\r\n"
    "Content-Length: {length}\r\n"
    "\r\n"
    "{body}"
)
THROUGH_A_PROXY = PYTHON_2.replace("PUT {path}", "PUT http://api.dingtalk.com{path}").replace(
    "host: {host}", "host: api.dingtalk.com"
)
ODD_HOST = PYTHON_2.replace("host: {host}", "Host: http://{host}")
PYTHON_DELETE = (
    "DELETE {path} HTTP/1.1\r\n"
    "Accept-Encoding: identity\r\n"
    "host: {host}\r\n"
    "user-agent: AlibabaCloud (Linux; x86_64) Python/3.11.7 Core/0.4.3 TeaDSL/2\r\n"
    "accept: application/json\r\n"
    "x-acs-dingtalk-access-token: {token}\r\n"
    "Content-Length: 0\r\n"
    "\r\n"
)
NODE_DELETE = (
    "DELETE {path} HTTP/1.1\r\n"
    "host: {host}\r\n"
    "user-agent: AlibabaCloud (linux; x64) Node.js/v20.20.2 Core/1.0.1 TeaDSL/1\r\n"
    "accept: application/json\r\n"
    "x-acs-dingtalk-access-token: {token}\r\n"
    "Connection: keep-alive\r\n"
    "\r\n"
)


def replay(app: App, request: str, event_id: str, path: str) -> Reply:
    """The answer to *request* with its names filled in."""
    body = BODY.replace("{event}", event_id)
    encoded = body.encode()
    chunks = b"".join(
        b"%x\r\n%s\r\n" % (len(part), part) for part in (encoded[:30], encoded[30:], b"") if part
    )
    named = {
        "path": path, "host": app.server.endpoint, "token": app.token, "event": event_id,
        "length": str(len(encoded)), "body": body,
    }  # fmt: skip
    for name, value in named.items():
        request = request.replace("{" + name + "}", value)
    raw = request.encode().replace(b"{chunks}", chunks + b"0\r\n\r\n")
    return send(app.server.endpoint, raw, request.partition(" ")[0])


@pytest.mark.parametrize(
    "request_",
    [
        pytest.param(PYTHON_2, id="Python 2.x"),
        pytest.param(NODE_2, id="Node 2.x, chunked"),
        pytest.param(PYTHON_1, id="Python 1.x, signed with nothing"),
        pytest.param(THROUGH_A_PROXY, id="absolute-form target, as to a proxy"),
        pytest.param(ODD_HOST, id="Host with a scheme"),
    ],
)
def test_update(app: App, request_: str) -> None:
    event_id = app.create()["id"]

    reply = replay(app, request_, event_id, app.path(event_id))

    assert (reply.status, reply.json["summary"]) == (200, "标题 é")
    assert app.get(event_id).json["summary"] == "标题 é"


def test_path_values_of_1x(app: App) -> None:
    """Each value is percent-encoded: decoded once, after the path was split."""
    event_id = app.create()["id"]
    encoded = "".join(f"%{byte:02X}" for byte in app.organizer.union_id.encode())
    path = app.path(event_id, user=encoded, calendar="%70rimary")

    assert replay(app, PYTHON_1, event_id, path).status == 200

    for user, decoded in (("u%2F1%20%C3%BC", "u/1 ü"), ("a%252Fb", "a%2Fb"), ("a+b", "a+b"), ("a=b", "a=b")):
        reply = replay(app, PYTHON_1, event_id, app.path(event_id, user=user))
        named = f"nobody here has the unionId {decoded}"
        assert_refused(reply, 404, "itemNotFound", "User does not exist.", named)


def test_path_values_of_2x(app: App) -> None:
    """Nothing is encoded: a slash in an id makes another path, which is answered as JSON."""
    event_id = app.create()["id"]

    reply = replay(app, PYTHON_2, event_id, app.path(event_id, user="union/Id+%C3%BC%201"))

    assert_refused(reply, 404, "InvalidAction.NotFound", "请求的URI地址不存在")


def test_a_bad_path_value(app: App) -> None:
    reply = replay(app, PYTHON_1, "x", app.path("x", user="a%2"))

    assert_refused(reply, 400, "invalidParameter", reply.json["message"], "userId: the path holds a %")


@pytest.mark.parametrize(
    "request_",
    [
        pytest.param(PYTHON_DELETE, id="Python, Content-Length: 0"),
        pytest.param(NODE_DELETE, id="Node, no length"),
    ],
)
@pytest.mark.parametrize("flag", ["True", "true", "False", "false", ""])
def test_delete(app: App, request_: str, flag: str) -> None:
    """Booleans in a query as Python spells them, and as the others do."""
    event_id = app.create()["id"]

    reply = replay(app, request_, event_id, app.path(event_id) + f"?pushNotification={flag}")

    assert (reply.status, reply.json) == (200, {})
    assert app.get(event_id).status == 404


def test_a_flag_that_is_none(app: App) -> None:
    event_id = app.create()["id"]

    reply = app.call("DELETE", app.path(event_id) + "?pushNotification=yes")

    assert_refused(
        reply, 400, "invalidParameter", reply.json["message"], "pushNotification: expected true or false"
    )
    assert app.get(event_id).status == 200


def test_one_connection_for_all(app: App) -> None:
    """The sync Python client and Node keep theirs open; the answer's length tells where it ends."""
    import http.client

    connection = http.client.HTTPConnection(app.server.endpoint, timeout=10)
    headers = {"x-acs-dingtalk-access-token": app.token, "content-type": "application/json; charset=utf-8"}
    for number in range(3):
        body = json.dumps(HOUR | {"summary": f"Event {number}"})
        connection.request("POST", app.path(), body, headers)
        answer = connection.getresponse()
        made: Json = json.loads(answer.read())
        assert (answer.status, made["summary"], answer.will_close) == (200, f"Event {number}", False)
    connection.close()


@pytest.mark.parametrize("name", ["Content-Type", "X-Acs-Dingtalk-Access-Token", "X-Client-Token"])
def test_header_names_in_any_case(app: App, name: str) -> None:
    event_id = app.create()["id"]
    request = PYTHON_2.replace(name.lower(), name)
    assert request != PYTHON_2

    assert replay(app, request, event_id, app.path(event_id)).status == 200


@pytest.mark.parametrize(
    "content_type", ["application/json", "text/plain", "application/json;charset=UTF-8", None]
)
def test_content_type_does_not_matter(app: App, content_type: str | None) -> None:
    line = "content-type: application/json; charset=utf-8\r\n"
    request = PYTHON_2.replace(line, f"content-type: {content_type}\r\n" if content_type else "")
    event_id = app.create()["id"]

    assert replay(app, request, event_id, app.path(event_id)).status == 200
