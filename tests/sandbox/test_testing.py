"""What `rili.testing` refuses."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import pytest

from rili.testing import Clock, running


def test_unknown_rules() -> None:
    rules: Any = "lenint"

    with pytest.raises(ValueError, match="documented or lenient, not lenint"), running(rules=rules):
        pass


def test_a_time_without_zone() -> None:
    with pytest.raises(ValueError, match="a time with a zone"):
        Clock().set(datetime(2026, 3, 2))
