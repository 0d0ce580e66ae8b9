"""Which occurrence a RECURRENCE-ID or an EXDATE means."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

from rili.model.expansion import Occurrence, expand_days
from rili.model.moment import DAY_MS, EPOCH_DAY, Moment
from rili.model.recurrence import Recurrence
from rili.model.series import Slot, when_of
from rili.model.when import AllDay, Timed, When


class SlotFinder:
    """Finds the slots of one series by the time that the rule gives them."""

    def __init__(self, recurrence: Recurrence | None, when: When) -> None:
        self.recurrence = recurrence
        self.when = when
        self._by_day: dict[int, list[Occurrence]] | None = None
        if recurrence and recurrence.pattern is None and recurrence.range.number_of_occurrences is not None:
            # Such a rule is walked from its start, whatever day is asked for: so it is walked once.
            self._by_day = {}
            for one in expand_days(recurrence, when):
                self._by_day.setdefault(one.day, []).append(one)

    def find(self, at: Moment | date) -> list[Slot]:
        """The slots at *at*: one at most, but where a day alone stands for a series with several a day."""
        if self.recurrence is None:
            return []
        if not isinstance(at, Moment):
            return [Slot(one.day, one.number) for one in self._on(at.toordinal(), at.toordinal())]
        if isinstance(self.when, AllDay):
            return []
        return self._at(at, self.when)

    def _at(self, at: Moment, when: Timed) -> list[Slot]:
        """By the clock first: that names a start in the second pass of an hour too, which text cannot."""
        instant = at.epoch_ms()
        day = instant // DAY_MS + EPOCH_DAY
        near = list(self._on(day - 2, day + 2))
        if at.zone == when.start.zone:
            for one in near:
                if _wall(when_of(when, one)) == at.wall:
                    return [Slot(one.day, one.number)]
        return [Slot(one.day, one.number) for one in near if one.starts_ms == instant][:1]

    def _on(self, first: int, last: int) -> Iterator[Occurrence]:
        assert self.recurrence is not None
        if self._by_day is None:
            return expand_days(self.recurrence, self.when, first, last)
        return (one for day in range(first, last + 1) for one in self._by_day.get(day, ()))


def _wall(when: When) -> object:
    return when.start.wall if isinstance(when, Timed) else None
