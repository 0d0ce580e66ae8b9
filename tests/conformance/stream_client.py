"""Run as a program: the vendor's stream client, unmodified. Prints a JSON line for each event, and acknowledges it.

Arguments: the app's key and secret. The address is in DINGTALK_OPENAPI_ENDPOINT, as the library reads it.
With RILI_TEST_HURRY its waits between attempts to connect are short.
"""

from __future__ import annotations

import asyncio
import json
import os
import sys

import dingtalk_stream
from dingtalk_stream import AckMessage, Credential, DingTalkStreamClient, EventHandler, EventMessage

_sleep = asyncio.sleep


async def hurry(seconds: float, result: object = None) -> object:
    """Ten seconds and three are what it waits before it connects again."""
    return await _sleep(0.05 if seconds in (3, 10) else seconds, result)


class Printer(EventHandler):
    async def process(self, event: EventMessage) -> tuple[int, str]:
        headers = event.headers
        line = {
            "type": headers.event_type,
            "id": headers.event_id,
            "corp": headers.event_corp_id,
            "born": headers.event_born_time,
            "data": event.data,
        }
        print(json.dumps(line), flush=True)
        return AckMessage.STATUS_OK, "OK"


def main() -> None:
    if os.environ.get("RILI_TEST_HURRY"):
        asyncio.sleep = hurry  # type: ignore[assignment]
    client = DingTalkStreamClient(Credential(sys.argv[1], sys.argv[2]))
    client.register_all_event_handler(Printer())
    print(dingtalk_stream.version.VERSION_STRING, flush=True)
    client.start_forever()


if __name__ == "__main__":
    main()
