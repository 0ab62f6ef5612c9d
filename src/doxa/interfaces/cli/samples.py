"""Sample signals from a file: what each says by a map, and which fields were seen."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from doxa.beliefmap.model import BeliefMap
from doxa.beliefmap.rows import evidence_of
from doxa.domain.evidence import Channel, Evidence
from doxa.domain.json_text import NotJson, read_json
from doxa.domain.node import Address
from doxa.domain.signal import Signal
from doxa.errors import InputError, SignalError
from doxa.runtime.intake.names import given_kind, optional_name
from doxa.runtime.intake.payloads import given_payload
from doxa.runtime.intake.times import given_moment
from doxa.types import Moment


@dataclass(frozen=True, slots=True)
class Samples:
    """What sample signals say.

    Attributes
    ----------
    told : list of dict
        Per line: its number, the kind, the evidence as text.
    seen : dict of kind to set of fields
    """

    told: list[dict[str, Any]]
    seen: dict[str, set[str]]


def read_samples(file: Path, belief_map: BeliefMap, now: Moment) -> Samples:
    """Read sample signals, one JSON object per line with at least a kind.

    Parameters
    ----------
    now : int
        When a signal without a time happened.
    """
    found = Samples([], {})
    for number, line in enumerate(_lines(file), 1):
        if line.strip():
            try:
                signal = _sample(line, belief_map, now)
                said = [_text(one) for one in evidence_of(belief_map, signal)]
            except (SignalError, NotJson) as error:
                raise InputError(str(error), where=f"{file}:{number}") from error
            found.told.append({"line": number, "kind": signal.kind, "evidence": said})
            found.seen.setdefault(signal.kind, set()).update(_fields(signal.payload))
    return found


def _lines(file: Path) -> list[str]:
    try:
        return file.read_text(encoding="utf-8-sig").splitlines()
    except UnicodeDecodeError as error:
        raise InputError("is not UTF-8", where=str(file), hint="save the file as UTF-8") from error
    except OSError as error:
        raise InputError(f"cannot be read: {error.strerror}", where=str(file)) from error


def _sample(line: str, belief_map: BeliefMap, now: Moment) -> Signal:
    row = read_json(line)
    if not isinstance(row, dict):
        raise SignalError("is no JSON object", expected='such as {"kind": "visit", "payload": {}}')
    at = given_moment("at", row.get("at"), belief_map.clock, belief_map.zone.default)
    return Signal(
        id="",
        twin="",
        kind=given_kind(row.get("kind"), belief_map),
        at=now if at is None else at,
        recorded=now,
        session=optional_name("session", row.get("session")),
        device=optional_name("device", row.get("device")),
        payload=given_payload(row.get("payload"))[0],
    )


def _text(evidence: Evidence) -> str:
    node = Address(evidence.node, evidence.member)
    if evidence.channel is Channel.VALUE:
        return f"{node} value {evidence.value:g}"
    text = f"{node} {evidence.channel.name.lower()} {evidence.weight:g}"
    return text if evidence.value != evidence.value else f"{text} (amount {evidence.value:g})"


def _fields(value: Any) -> set[str]:
    """Names of all fields, nested ones included."""
    if isinstance(value, list):
        return set().union(*map(_fields, value)) if value else set()
    if not isinstance(value, dict):
        return set()
    return set(value).union(*map(_fields, value.values()))
