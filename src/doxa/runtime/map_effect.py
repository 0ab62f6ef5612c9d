"""What a changed map leaves behind in a store: snapshots, populations and forecasts gone stale."""

from __future__ import annotations

import msgspec

from doxa.beliefmap.model import BeliefMap
from doxa.heads.population import decode
from doxa.runtime.map_change import MapDiff, map_diff
from doxa.runtime.versions import map_of
from doxa.storage.port import Store


class MapEffect(msgspec.Struct, frozen=True, kw_only=True):
    """What of a store goes stale when a map takes over.

    Attributes
    ----------
    snapshots : int
        Twins whose state is folded anew when they are read next.
    population : int or None
        The active one; None when nothing was fitted.
    stale : tuple of str
        Outcomes whose head in it no longer answers the map: their forecasts say so until a fit.
    recorded : dict
        Recorded forecast sets of those outcomes and of outcomes that go: they stay as they are.
    """

    snapshots: int
    population: int | None
    stale: tuple[str, ...]
    recorded: dict[str, int]


def diff_with_store(store: Store, new: BeliefMap, where: str) -> tuple[MapDiff, MapEffect]:
    """What changes when a map takes the place of the one a store runs on."""
    diff = map_diff(map_of(store.maps(), where), new)
    return diff, _effect(store, diff)


def _effect(store: Store, diff: MapDiff) -> MapEffect:
    active = store.activations()
    fitted: list[str] = []
    if active:
        stored = {each.version: each.body for each in store.populations()}
        population = decode(stored[active[-1].version])
        fitted = [*population.heads, *population.choices]
    stale = tuple(
        name
        for name in fitted
        if diff.evidence or name in (*diff.asked_anew, *diff.no_longer_asked)
    )
    counted = [each.outcome for each in store.forecast_sets()]
    concerned = dict.fromkeys((*stale, *diff.asked_anew, *diff.no_longer_asked))
    return MapEffect(
        snapshots=len(store.snapshots(store.twins().tolist())) if diff.evidence else 0,
        population=active[-1].version if active else None,
        stale=stale,
        recorded={name: counted.count(name) for name in concerned if name in counted},
    )
