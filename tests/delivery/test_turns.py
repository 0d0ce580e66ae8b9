from __future__ import annotations

import pytest

from rili.delivery.turns import InTurns
from rili.store.db import Tx


class Some(InTurns):
    """Has work in these organisations, and fails in some."""

    name = "some"

    def __init__(self, db, corp_ids: str, fails: str) -> None:
        super().__init__(db, lambda: self.rung.append(1))
        self.corp_ids, self.fails = corp_ids, fails
        self.done: list[str] = []
        self.rung: list[int] = []

    def waiting(self, tx: Tx) -> list[str]:
        return list(self.corp_ids)

    def work(self, tx: Tx, corp_id: str) -> int:
        self.done.append(corp_id)
        if corp_id in self.fails:
            raise KeyError(corp_id)
        return 1


def test_one_that_fails_stops_nobody_and_is_left_alone_for_a_while(db, run, caplog) -> None:
    duty = Some(db, "abc", fails="b")
    assert [run(duty.step()) for _ in range(3)] == [2, 2, 2]
    assert "".join(duty.done) == "abc" + "ac" + "ac"
    assert duty.rung == [1, 1, 1]
    assert "some failed in b" in caplog.text


def test_one_that_fails_by_itself_is_told(db, run) -> None:
    duty = Some(db, "b", fails="b")
    with pytest.raises(KeyError):
        run(duty.step())
    assert run(duty.step()) == 0
    assert duty.rung == []
