"""What the package brings to pytest. Loaded at every start of pytest, so it imports the server only when asked."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from rili.testing import Rili


@pytest.fixture
def rili() -> Iterator[Rili]:
    """A seeded server of this test's own, on SQLite, by the documented rules."""
    from rili.testing import running

    with running() as server:
        yield server
