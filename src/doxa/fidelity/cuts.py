"""Cuts: the same scores by how long, how much and what is known of people, and how far ahead."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from itertools import pairwise

import msgspec
import numpy as np

from doxa.beliefmap.columns import Floats, Ints
from doxa.domain.clock import DAY, Clock, format_span
from doxa.features.met import signals_before
from doxa.features.past import Past
from doxa.features.rows import Rows
from doxa.features.since import tenure_of
from doxa.features.traits import segment_traits
from doxa.fidelity.groups import Grouped, Groups, binned, filled
from doxa.fidelity.ladder import BASE, PERSONA, TWIN
from doxa.fidelity.resampling import Resamples
from doxa.fidelity.segments import segments_of

EVIDENCE = "evidence"
"""The cut by how many signals were known of the person."""
SIGNALS = (1, 6, 21, 101)
TENURE_DAYS, TENURE_POSITIONS = (7, 28, 91, 365), (8, 32, 128, 512)


class CutGroup(msgspec.Struct, frozen=True, kw_only=True):
    """One group of scored rows.

    Attributes
    ----------
    base, persona, twin : [estimate, low, high] of the loss; no interval of fewer than ten people
    skill_over_base, skill_over_persona : [estimate, low, high] of the twin's, paired
    """

    name: str
    rows: int
    people: int
    base: list[float]
    persona: list[float] | None
    twin: list[float]
    skill_over_base: list[float]
    skill_over_persona: list[float] | None


class Cut(msgspec.Struct, frozen=True, kw_only=True):
    """The scored rows told apart by one thing.

    Attributes
    ----------
    by : ``evidence`` (signals known of the person), ``tenure`` (time since their first),
        ``volume`` (quarters of the rows by signals known), ``segment`` (a persona's trait) or
        ``horizon``
    trait : of a segment, which
    """

    by: str
    groups: list[CutGroup]
    trait: str | None = None


def cuts_of(
    past: Past,
    rows: Rows,
    losses: Mapping[str, Floats],
    horizons: Groups | None,
    resamples: Resamples,
) -> list[Cut]:
    """Every cut that tells rows apart; that by evidence always.

    Parameters
    ----------
    rows : Rows
        The scored rows, of a past as known then.
    losses : by rung, float64[n]
    """
    found = []
    for groups, trait in _groups(past, rows, horizons):
        if len(groups.names) > 1 or groups.by == EVIDENCE:
            by = "segment" if trait else groups.by
            cut = Cut(by=by, groups=_scored(groups, losses, resamples), trait=trait)
            found.append(cut)
    return found


def _groups(past: Past, rows: Rows, horizons: Groups | None) -> Iterator[tuple[Groups, str | None]]:
    known = signals_before(past, rows)
    yield by_evidence(known), None
    yield _by_tenure(past.map.clock, tenure_of(past, rows)), None
    yield by_volume(known), None
    if horizons is not None:
        yield horizons, None
    for trait in segment_traits(past.map):
        yield segments_of(past, rows, trait), trait


def by_evidence(known: Ints) -> Groups:
    """Rows by how many signals were known of their person.

    Examples
    --------
    >>> by_evidence(np.array([0, 3, 5, 500])).names
    ['0', '1-5', 'over 100']
    """
    names = ["0", "1-5", "6-20", "21-100", "over 100"]
    return binned(EVIDENCE, known.astype(np.float64), [float(end) for end in SIGNALS], names)


def by_volume(known: Ints) -> Groups:
    """Quarters of the rows, from those of whom least is known; equal numbers stay together."""
    if not len(known):
        return Groups("volume", [], known)
    ends = np.unique(np.quantile(known, [0.25, 0.5, 0.75], method="inverted_cdf"))
    code = np.searchsorted(ends, known, side="left")
    names = []
    for place in range(len(ends) + 1):
        own = known[code == place]
        names.append(_span(int(own.min()), int(own.max())) if len(own) else "none")
    return filled("volume", names, code)


def _span(low: int, high: int) -> str:
    return f"{low:,}" if low == high else f"{low:,}-{high:,}"


def _by_tenure(clock: Clock, tenure: Ints) -> Groups:
    timed = clock is Clock.TIME
    ends, unit = (TENURE_DAYS, DAY) if timed else (TENURE_POSITIONS, 1)
    told = [format_span(end * unit, clock) for end in ends]
    names = [f"{a} to {b}" for a, b in pairwise(told)]
    return binned(
        "tenure",
        tenure.astype(np.float64),
        [0.0, *(float(end * unit) for end in ends)],
        ["no signal yet", f"under {told[0]}", *names, f"{told[-1]} or more"],
    )


def _scored(groups: Groups, losses: Mapping[str, Floats], resamples: Resamples) -> list[CutGroup]:
    own = {name: losses[name] for name in (BASE, PERSONA, TWIN) if name in losses}
    found = Grouped(resamples, groups, own)
    base, twin = found.mean(BASE), found.mean(TWIN)
    over_base = found.skill(TWIN, BASE)
    persona = over_persona = None
    if PERSONA in own:
        persona, over_persona = found.mean(PERSONA), found.skill(TWIN, PERSONA)
    return [
        CutGroup(
            name=name,
            rows=int(found.rows[place]),
            people=int(found.people[place]),
            base=base[place],
            persona=persona[place] if persona else None,
            twin=twin[place],
            skill_over_base=over_base[place],
            skill_over_persona=over_persona[place] if over_persona else None,
        )
        for place, name in enumerate(groups.names)
    ]
