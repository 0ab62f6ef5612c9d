"""Random numbers by counter: each is a function of what it is for, never of what was drawn before.

u = mix(mix(mix(mix(seed, person), path), step), stream) / 2^64, where mix is the finaliser of
SplitMix64 (Steele, Lea and Flood 2014). Whatever is drawn beside it, in whatever order and however
it is cut into chunks, the same draw gets the same number; two arms thus share theirs.
"""

from __future__ import annotations

from hashlib import blake2b
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from doxa.beliefmap.columns import Floats, Ints

Keys: TypeAlias = NDArray[np.uint64]

_GOLDEN = np.uint64(0x9E3779B97F4A7C15)
_FIRST = np.uint64(0xBF58476D1CE4E5B9)
_SECOND = np.uint64(0x94D049BB133111EB)


def key_of(text: str) -> int:
    """A number for a name, the same in every process.

    Examples
    --------
    >>> key_of("shops_today") == key_of("shops_today"), key_of("a") == key_of("b")
    (True, False)
    """
    return int.from_bytes(blake2b(text.encode(), digest_size=8).digest(), "little")


def keys_of(names: list[str]) -> Keys:
    """Numbers for names, uint64[n]."""
    return np.array([key_of(name) for name in names], dtype=np.uint64)


def mixed(key: Keys | int, more: Keys | Ints | int) -> Keys:
    """Keys of (key, more), element by element; arrays broadcast.

    Examples
    --------
    >>> one = mixed(np.uint64(1), np.arange(3, dtype=np.uint64))
    >>> len(set(one.tolist())), bool((one == mixed(1, np.arange(3))).all())
    (3, True)
    """
    with np.errstate(over="ignore"):
        z = np.asarray(_unsigned(key) ^ _finished(_unsigned(more) + _GOLDEN))
        return _finished(z + _GOLDEN)


def uniforms(keys: Keys) -> Floats:
    """A number in (0, 1) for every key, float64 of the same shape.

    Examples
    --------
    >>> found = uniforms(mixed(7, np.arange(10_000)))
    >>> bool(0 < found.min() and found.max() < 1), round(float(found.mean()), 2)
    (True, 0.5)
    """
    return np.asarray((keys >> np.uint64(11)).astype(np.float64) * 2.0**-53 + 2.0**-54)


def normals(keys: Keys) -> Floats:
    """A standard normal number for every key, by Box and Muller (1958).

    Examples
    --------
    >>> found = normals(mixed(7, np.arange(10_000)))
    >>> bool(abs(found.mean()) < 0.05), bool(abs(found.std() - 1) < 0.05)
    (True, True)
    """
    first, second = uniforms(keys), uniforms(mixed(keys, 1))
    return np.asarray(np.sqrt(-2 * np.log(first)) * np.cos(2 * np.pi * second))


def _unsigned(key: Keys | Ints | int) -> Keys:
    if isinstance(key, int):
        return np.asarray(key % 2**64, dtype=np.uint64)
    return np.asarray(key).astype(np.uint64)


def _finished(z: Keys) -> Keys:
    with np.errstate(over="ignore"):
        z = np.asarray((z ^ (z >> np.uint64(30))) * _FIRST)
        z = np.asarray((z ^ (z >> np.uint64(27))) * _SECOND)
    return np.asarray(z ^ (z >> np.uint64(31)))
