"""What fields and what breaks of context are worth in forecasts, outcome by outcome."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import partial

import msgspec
import numpy as np

from doxa.audit.journey import Break, JourneyAudit, journey_of
from doxa.audit.worth import OutcomeWorth
from doxa.beliefmap.columns import Ints
from doxa.beliefmap.contexts import contexts_of
from doxa.errors import InputError, PopulationError
from doxa.features.cut import Part, parts_of
from doxa.features.past import Past, read_past
from doxa.fidelity.breaks import answered, cost_of, reset_at
from doxa.fidelity.fields import fields_for
from doxa.fidelity.ladder import row_losses
from doxa.fidelity.resampling import Resamples
from doxa.runtime.auditing.answer import Answer
from doxa.runtime.auditing.fields import FieldTable
from doxa.runtime.auditing.questions import evaluation_of, question_of
from doxa.runtime.auditing.worth import outcome_worth
from doxa.runtime.identity import people_at
from doxa.runtime.wiring import Wiring
from doxa.storage.rows import session_codes
from doxa.types import Span

Progress = Callable[[str, int, "int | None"], None]


@dataclass(frozen=True, slots=True)
class Scored:
    """What was learned from a ledger.

    Attributes
    ----------
    unscored : dict of outcome to why; of ``""`` where it is all of them
    """

    worth: tuple[OutcomeWorth, ...]
    journey: JourneyAudit
    unscored: dict[str, str]


def scored(
    wiring: Wiring,
    fields: FieldTable,
    outcomes: Sequence[str] | None,
    *,
    cold: Span | None = None,
    progress: Progress,
) -> Scored:
    """Score every outcome of a ledger: what fields say about it, and what a reset costs.

    Parameters
    ----------
    outcomes : names, optional
        Left out, all of the map that can be learned.
    cold : int, optional
        After so long without a signal a session starts from nothing.
    """
    wiring = _without_traits(wiring)
    unscored: dict[str, str] = {}
    asked, rows = None, []
    try:
        asked = evaluation_of(wiring, outcomes)
        rows = list(asked.rows.values())
    except (InputError, PopulationError) as error:
        unscored[""] = str(error)
    total = wiring.store.stats().signals
    past = read_past(
        wiring.belief_map,
        wiring.store.scan(
            identity=people_at(wiring, None, None),
            devices=True,
            contexts=contexts_of(wiring.belief_map),
        ),
        fields=fields_for(wiring.belief_map, rows),
        progress=lambda done: progress("reading the ledger", done, total),
    )
    journey = _journey(wiring, past, cold)
    worth, breaks = [], []
    parts = _parts(wiring, journey)
    for row in rows:
        assert asked is not None
        try:
            question = question_of(asked, row, past, _names(wiring))
            found = Answer.of(question, _told(progress, row.name))
            told = outcome_worth(found, fields, _told(progress, row.name))
            worth += [told] if told else []
            breaks += _breaks(found, parts, _told(progress, row.name))
        except (InputError, PopulationError) as error:
            unscored[row.name] = str(error)
    return Scored(
        tuple(worth),
        msgspec.structs.replace(journey, breaks=tuple(breaks)),
        unscored,
    )


def _without_traits(wiring: Wiring) -> Wiring:
    """The same with a map that names no personas: what is history must read no field."""
    return replace(wiring, belief_map=msgspec.structs.replace(wiring.belief_map, personas=()))


def _told(progress: Progress, name: str) -> Callable[[str, float], None]:
    return lambda what, done: progress(f"{name}: {what}", round(100 * done), 100)


def _names(wiring: Wiring) -> Callable[[Ints], Sequence[str]]:
    return lambda keys: wiring.store.twin_names(keys.tolist())


def _journey(wiring: Wiring, past: Past, cold: Span | None) -> JourneyAudit:
    store = wiring.store
    keys = store.twins()
    roots = people_at(wiring, None, None).roots(keys)
    return journey_of(
        past.signals,
        wiring.belief_map.clock,
        ids=len(keys),
        joined=int((roots != keys).sum()),
        named_as_device=_named_as_device(past, store.twin_names(keys.tolist()), roots),
        gap=cold,
    )


def _named_as_device(past: Past, names: Sequence[str], roots: Ints) -> int:
    """People who are called like a device that somebody else uses."""
    device = past.signals.device
    if device is None:
        return 0
    pairs = np.unique(np.stack([device, past.signals.twin], axis=1)[device >= 0], axis=0)
    codes = session_codes(names)
    low = np.searchsorted(pairs[:, 0], codes, side="left")
    high = np.searchsorted(pairs[:, 0], codes, side="right")
    met = [
        root
        for root, start, end in zip(roots.tolist(), low.tolist(), high.tolist(), strict=True)
        if (pairs[start:end, 1] != root).any()
    ]
    return len(set(met))


Cut = Callable[[Past], Ints]
"""The part of every signal of a past."""


def _parts(wiring: Wiring, journey: JourneyAudit) -> list[tuple[str, Cut]]:
    """Where this ledger can be cut: sessions always, the rest where there are several."""
    session = "session" if journey.starts.named else journey.span
    found: list[tuple[str, Cut]] = [(session, partial(parts_of, part=Part.SESSION))]
    if any(each.name == Part.DEVICE and each.ids > 1 for each in journey.ids):
        found.append(("device", partial(parts_of, part=Part.DEVICE)))
    if len(journey.departments) > 1:
        found.append(("source", partial(parts_of, part=Part.SOURCE)))
    if journey.joined.joined:
        found.append(("id", _own_ids(wiring)))
    return found


def _own_ids(wiring: Wiring) -> Cut:
    """Signals by the id they were sent under, as if it had never been joined to another."""
    batches = list(wiring.store.scan())
    seq = np.concatenate([batch.seq for batch in batches])
    own = np.concatenate([batch.twin for batch in batches])
    return lambda past: own[np.searchsorted(seq, past.signals.seq)]


def _prefixed(tell: Callable[[str, float], None], words: str) -> Callable[[str, float], None]:
    return lambda what, done: tell(words + what, done)


def _breaks(
    found: Answer, parts: Sequence[tuple[str, Cut]], tell: Callable[[str, float], None]
) -> list[Break]:
    question, made = found.question, []
    y, person = question.score.y, question.score.rows.person
    if not row_losses(y, found.base, found.family).sum():
        return []
    resamples = Resamples(person, seed=question.seed)
    for name, part_of in parts:
        told = _prefixed(tell, f"reset at every {name}, ")
        reset = answered(reset_at(question, part_of(question.past)), told)[1]
        cost = cost_of(y, found.base, found.twin.mean, reset.mean, found.family, resamples)
        made.append(
            Break(
                outcome=question.outcome.name,
                part=name,
                rows=len(y),
                people=len(np.unique(person)),
                kept=cost.kept.as_list(),
                reset=cost.reset.as_list(),
                lost=cost.lost.as_list(),
            )
        )
    return made
