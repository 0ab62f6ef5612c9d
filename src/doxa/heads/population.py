"""The population: everything learned across people, frozen at one origin."""

from __future__ import annotations

import msgspec

from doxa.errors import PopulationError
from doxa.heads.head import Head
from doxa.heads.priors import NodePriors


class Population(msgspec.Struct, frozen=True, kw_only=True):
    """Base rates of nodes and heads of outcomes, fitted on labels before `origin`.

    Attributes
    ----------
    origin : int
        Nothing that happened at or after this moment was read.
    signals, people : how much was read
    priors : per node
    heads : per outcome
    map_fingerprint : str
        Of the map it was fitted under.
    """

    origin: int
    signals: int
    people: int
    priors: dict[str, NodePriors]
    heads: dict[str, Head]
    map_fingerprint: str = ""


def encode(population: Population) -> bytes:
    """A population as bytes, for the store."""
    return msgspec.msgpack.encode(population)


def decode(body: bytes) -> Population:
    """A population from the store's bytes."""
    try:
        return msgspec.msgpack.decode(body, type=Population)
    except msgspec.MsgspecError as error:
        raise PopulationError(
            "the stored population cannot be read by this version", hint="run doxa fit"
        ) from error
