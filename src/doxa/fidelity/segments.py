"""Segments: scored rows by the value of one trait of their person."""

from __future__ import annotations

from itertools import pairwise

import numpy as np

from doxa.beliefmap.columns import Floats, Ints
from doxa.features.past import Past
from doxa.features.rows import Rows
from doxa.features.traits import trait_of
from doxa.fidelity.groups import Groups, filled

MOST = 8
"""A trait of more values is cut into quarters where they are numbers, else its rarest stand together."""
UNKNOWN = "not known"


def segments_of(past: Past, rows: Rows, trait: str) -> Groups:
    """The value of a trait at each row's moment; people without it are a segment of their own."""
    code = trait_of(past, rows, trait)
    values = past.values(f"trait:{trait}")
    met = np.unique(code[code >= 0])
    if len(met) <= MOST:
        order = sorted(met.tolist(), key=lambda one: _sortable(values[one]))
        return _listed(trait, code, [([one], values[one]) for one in order])
    numbers = np.array([_number(values[one]) for one in met.tolist()])
    if not np.isnan(numbers).any():
        return _quarters(trait, code, met, numbers)
    size = np.bincount(code[code >= 0])[met]
    common = met[np.argsort(-size, kind="stable")[: MOST - 1]].tolist()
    rest = [one for one in met.tolist() if one not in common]
    return _listed(trait, code, [*(([one], values[one]) for one in common), (rest, "others")])


def _listed(trait: str, code: Ints, parts: list[tuple[list[int], str]]) -> Groups:
    """Groups of codes with their names, then who has none."""
    found = np.full(len(code), len(parts))
    for place, (codes, _) in enumerate(parts):
        found[np.isin(code, codes)] = place
    return filled(trait, [*(name for _, name in parts), UNKNOWN], found)


def _quarters(trait: str, code: Ints, met: Ints, numbers: Floats) -> Groups:
    """Quarters of the rows by a number, then who has none."""
    told = np.full(int(met.max()) + 2, np.nan)
    told[met] = numbers
    value = told[code]
    ends = np.unique(np.nanquantile(value, [0.25, 0.5, 0.75], method="inverted_cdf"))
    names = [f"up to {ends[0]:g}"]
    names += [f"over {low:g} to {high:g}" for low, high in pairwise(ends)]
    place = np.searchsorted(ends, value, side="left")
    place = np.where(np.isnan(value), len(ends) + 1, place)
    return filled(trait, [*names, f"over {ends[-1]:g}", UNKNOWN], place)


def _number(text: str) -> float:
    try:
        return float(text)
    except ValueError:
        return float("nan")


def _sortable(text: str) -> tuple[int, float, str]:
    number = _number(text)
    return (1, 0.0, text) if np.isnan(number) else (0, number, text)
