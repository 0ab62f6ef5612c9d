"""The live report of a store: settle what can be, score what is."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

import msgspec
import numpy as np

from doxa.beliefmap.columns import Floats
from doxa.beliefmap.fingerprint import question
from doxa.features.plan import outcome_named
from doxa.fidelity.live import LiveOutcome, LiveReport, Scored, live_outcome
from doxa.heads.head import family_of
from doxa.runtime.identity import people_at
from doxa.runtime.live.recorded import Recorded, became
from doxa.runtime.live.settling import Sets, settle, settle_span
from doxa.runtime.populations.pasts import Progress
from doxa.runtime.wiring import Wiring
from doxa.storage.blocks import decode_block
from doxa.storage.settled import Settled


def live_fidelity(
    wiring: Wiring,
    outcomes: Sequence[str] | None = None,
    *,
    settle_after: str | None = None,
    progress: Progress | None = None,
) -> LiveReport:
    """Score the forecasts that were recorded; see `Twins.live_fidelity`."""
    for name in outcomes or ():
        outcome_named(wiring.belief_map, name)
    tell = progress or _silence
    span = settle_span(settle_after, wiring.belief_map.clock)
    sets = settle(wiring, span, outcomes, tell)
    return LiveReport(
        product=wiring.belief_map.product,
        clock=wiring.belief_map.clock.value,
        outcomes=_outcomes(wiring, sets, tell),
        not_scored=sets.not_scored,
    )


def _silence(what: str, done: float) -> None:
    pass


def _outcomes(wiring: Wiring, sets: Sets, tell: Progress) -> list[LiveOutcome]:
    """One report per question: an outcome that asked something else once has two."""
    asked: dict[tuple[str, str], list[tuple[Recorded, Settled]]] = {}
    for pair in sets.settled:
        outcome = pair[0].outcome
        asked.setdefault((outcome.name, question(outcome)), []).append(pair)
    waiting = Counter((one.outcome.name, question(one.outcome)) for one in sets.pending)
    of = {(one.outcome.name, question(one.outcome)): one for one in sets.pending}
    of |= {key: own[0][0] for key, own in asked.items()}
    reports = []
    for place, key in enumerate(sorted(of)):
        tell("scoring", place / len(of))
        own = sorted(asked.get(key, []), key=lambda pair: (pair[0].made.origin, pair[0].made.id))
        family = family_of(of[key].outcome, of[key].belief_map)
        found = live_outcome(key[0], _scored(wiring, own), family, waiting[key])
        reports.append(msgspec.structs.replace(found, present=_is_asked(wiring, key)))
    return sorted(reports, key=lambda each: (each.outcome, not each.present))


def _is_asked(wiring: Wiring, key: tuple[str, str]) -> bool:
    now = wiring.belief_map.outcomes.get(key[0])
    return now is not None and question(now) == key[1]


def _scored(wiring: Wiring, sets: Sequence[tuple[Recorded, Settled]]) -> Scored:
    """The settled forecasts of one outcome as columns, with what the ledger says of them today."""
    identity = people_at(wiring, None, None)
    parts: dict[str, list[np.ndarray[tuple[int], np.dtype[np.float64]]]] = {
        name: [] for name in ("probability", "predictor", "y", "base", "persona", "now")
    }
    place, person, acted = [], [], []
    today = _today(wiring, [found for found, _ in sets])
    for number, (_, settled) in enumerate(sets):
        block = decode_block(settled.body)
        columns = block.arrays()
        for name in ("probability", "predictor", "y", "base", "persona"):
            parts[name].append(columns[name].astype(np.float64))
        parts["now"].append(today[number])
        keys = identity.roots(np.array(block.twins, dtype=np.int64))
        person.append(keys[columns["twin"]])
        place.append(np.full(len(columns["twin"]), number))
        acted.append(columns["acted"] > 0)
    values = {name: np.concatenate([np.zeros(0), *each]) for name, each in parts.items()}
    return Scored(
        place=np.concatenate([np.zeros(0, np.int64), *place]),
        person=np.concatenate([np.zeros(0, np.int64), *person]),
        mean=values["probability"],
        eta=values["predictor"],
        y=values["y"],
        y_now=values["now"],
        base=values["base"],
        persona=values["persona"],
        acted=np.concatenate([np.zeros(0, bool), *acted]),
        origins=np.array([found.made.origin for found, _ in sets], dtype=np.int64),
        closes=np.array([found.closes for found, _ in sets], dtype=np.int64),
    )


def _today(wiring: Wiring, sets: Sequence[Recorded]) -> dict[int, Floats]:
    """The labels of some sets as the ledger has them today, by their place."""
    of_map: dict[int, list[int]] = {}
    for place, found in enumerate(sets):
        of_map.setdefault(id(found.belief_map), []).append(place)
    told: dict[int, Floats] = {}
    for places in of_map.values():
        labels = became(wiring, [sets[place] for place in places], None)
        told.update({place: each.y for place, each in zip(places, labels, strict=True)})
    return told
