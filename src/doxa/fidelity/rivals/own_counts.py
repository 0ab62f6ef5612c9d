"""Own counts: on how many days a person's signals said something about each node, before a trigger."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np

from doxa.beliefmap.columns import Floats, Ints
from doxa.beliefmap.model import Target
from doxa.domain.clock import DAY, Clock
from doxa.domain.evidence import Channel
from doxa.features.events import Events, groups_of
from doxa.features.known import carrier, members_at
from doxa.features.past import Past
from doxa.features.plan import Reading, readings_of
from doxa.features.rows import NONE, Rows, joined
from doxa.fidelity.rivals.days import Days
from doxa.fidelity.rivals.known import known_columns, regressed
from doxa.fidelity.rivals.setting import Rung, Setting, sampled
from doxa.heads.glm import loss_of, mean_of
from doxa.state.timeline import Timeline

MOST_TO_CHOOSE = 50_000


def own_counts(setting: Setting, name: str, half_lives: tuple[float, ...]) -> Rung | None:
    """ln(1/2 + days) for and against each node, and what the trigger names, beside what the base rate may know.

    The half-life is the one that fits the fit rows best. None where not whether something happens
    is asked, or the map has no node that is read.
    """
    if setting.outcome.target not in (Target.HAPPENS, Target.NEVER):
        return None
    rows = joined([setting.fit, setting.score])
    counted = [
        _Counted.of(setting, each, against, rows)
        for each in readings_of(setting.belief_map, setting.outcome)
        for against in (False, True)
        if _rules(setting.past, each, against)
    ]
    if not counted:
        return None
    known, n = known_columns(setting), len(setting.y)

    def table(half_life: float) -> Floats:
        found = [np.log(each.days(half_life) + 0.5)[:, None] for each in counted]
        return np.hstack([np.concatenate(known), *found] if known else found)

    few = sampled(n, setting.seed, MOST_TO_CHOOSE)
    some = replace(setting, fit=setting.fit.take(few), y=setting.y[few])

    def loss(half_life: float) -> float:
        own = table(half_life)[few]
        told, _ = regressed(some, own, own[:0])
        return float(loss_of(told, some.y, setting.family).mean())

    best = min(half_lives, key=loss) if len(half_lives) > 1 else half_lives[0]
    columns = table(best)
    _, asked = regressed(setting, columns[:n], columns[n:])
    unit = DAY if setting.belief_map.clock is Clock.TIME else 1
    kept = "never" if math.isinf(best) else best / unit
    return Rung(name, mean_of(asked, setting.family), {"half_life": kept})


class _Counted:
    """The days on which one node, or each of its members that a row names, was spoken of."""

    def __init__(self, days: Days, owner: Ints, size: int) -> None:
        self._days, self._owner, self._size = days, owner, size

    @classmethod
    def of(cls, setting: Setting, reading: Reading, against: bool, rows: Rows) -> _Counted:
        past, owner = setting.past, np.arange(len(rows))
        told = np.flatnonzero(np.isin(past.evidence.rule, _rules(past, reading, against)))
        signal, member = past.evidence.row[told], past.evidence.member[told]
        key, asked = [past.signals.twin[signal]], [rows.twin]
        if reading.field is not None:
            owner, code = members_at(past, carrier(setting.outcome), reading.field, rows.signal)
            known = past.members.codes.get(reading.node, {})
            names = past.values(reading.field)
            own = np.array([known.get((name,), NONE) for name in names] + [NONE])
            key, asked = [*key, member], [rows.twin[owner], own[code]]
        groups, wanted = groups_of(key, asked)
        events = _events(past, signal, groups)
        return cls(Days.of(past, rows.take(owner), events, wanted), owner, len(rows))

    def days(self, half_life: float) -> Floats:
        """Of each row, those of all members it names added up."""
        counts = self._days.counts(half_life)
        return np.bincount(self._owner, counts, minlength=self._size).astype(np.float64)


def _rules(past: Past, reading: Reading, against: bool) -> list[int]:
    """Places of the rules that speak against a node, or of all the others that speak of it."""
    return [
        place
        for place, rule in enumerate(past.map.rules)
        if rule.node == reading.node and (rule.channel is Channel.AGAINST) is against
    ]


def _events(past: Past, signal: Ints, groups: Ints) -> Events:
    at, order = past.signals.at[signal], past.signals.order[signal]
    sort = np.lexsort((order, at, groups))
    timeline = Timeline.of(groups[sort], at[sort], order[sort], int(groups.max(initial=-1)) + 1)
    signal = signal[sort]
    return Events(timeline, groups[sort], np.ones(len(signal)), np.arange(len(signal)), signal)
