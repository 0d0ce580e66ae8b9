"""A list of ids as one parameter, in a form that both databases read.

`json_each` exists in both, but only for an object do they agree, and only on its column `key`. So:
`(corp_id, id) IN (SELECT :corp_id, key FROM json_each(:ids))`, with `ids=as_keys(ids)`. Both columns, or SQLite
reads the whole organisation to find a few of it.
"""

from __future__ import annotations

from collections.abc import Iterable

import msgspec


def as_keys(values: Iterable[str]) -> str:
    """A JSON object whose keys are *values*."""
    return msgspec.json.encode(dict.fromkeys(values, 0)).decode()
