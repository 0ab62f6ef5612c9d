"""Popularity: what everybody lately does with the member asked for, beside what this person does."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import pairwise

from doxa.beliefmap.columns import Floats, Ints
from doxa.domain.clock import Clock, format_span
from doxa.features.popularity import Popularity

NAME = "popularity"


def columns(
    tables: Popularity, member: Ints, names: Sequence[str], at: Ints, clock: Clock
) -> Iterator[tuple[str, Floats]]:
    """One column per band and the next longer one; see `doxa.features.popularity.swings_of`."""
    found = tables.of(member, names, at)
    for place, (fast, slow) in enumerate(pairwise(tables.bands)):
        name = f"{NAME}, band {format_span(fast, clock)} against band {format_span(slow, clock)}"
        yield name, found[:, place]
