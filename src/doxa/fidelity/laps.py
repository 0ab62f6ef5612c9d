"""Laps: how long each phase of a run took."""

from __future__ import annotations

import time
from dataclasses import dataclass, field


@dataclass(slots=True)
class Laps:
    """Seconds per phase; a phase that comes again adds to its own."""

    started: float = field(default_factory=time.perf_counter)
    seconds: dict[str, float] = field(default_factory=dict)

    def end(self, phase: str) -> None:
        """The phase that ran since the last one ended has ended."""
        now = time.perf_counter()
        self.seconds[phase] = round(self.seconds.get(phase, 0.0) + now - self.started, 3)
        self.started = now
