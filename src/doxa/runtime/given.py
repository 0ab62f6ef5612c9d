"""What is given of a signal that has not come yet: checked against what the outcome may know."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import msgspec

from doxa.beliefmap import values
from doxa.beliefmap.fields import elements_of
from doxa.beliefmap.model import AmongSignal, BeliefMap, FieldType, Outcome
from doxa.beliefmap.names import listed, nearest
from doxa.beliefmap.values import member, schema_of
from doxa.errors import InputError, UnknownName
from doxa.features.known import FieldNorms, Form
from doxa.features.menus import ID, KEY
from doxa.features.moments import FEWEST_OPTIONS, is_at_signal
from doxa.features.support import Support, Verdict, checked, refuse_far
from doxa.runtime.intake.names import optional_name
from doxa.runtime.intake.payloads import given_payload
from doxa.types import Json

OWN = ("session", "source")
"""Parts of the signal itself that `same` may name, given beside its fields."""


class Supposed(msgspec.Struct, frozen=True):
    """A signal that has not come yet.

    Attributes
    ----------
    payload : dict
    session, source : str or None
    """

    payload: dict[str, Json]
    session: str | None = None
    source: str | None = None


def supposed(
    belief_map: BeliefMap,
    outcome: Outcome,
    given: Mapping[str, Any] | None,
    known: Sequence[FieldNorms] = (),
) -> Supposed:
    """The supposed signal of an outcome at a signal.

    Parameters
    ----------
    known : the fields as the head that is asked reads them

    Raises
    ------
    InputError, UnknownName
        Something else is given, something is missing, or a value does not suit its field.
    """
    if not is_at_signal(outcome):
        if given is None:
            return Supposed({})
        raise InputError(
            f"outcome {outcome.name!r} is not decided at a signal: nothing of it can be given",
            where="given",
            hint="leave it out",
        )
    payload = given_payload(given or {})[0]
    needed = _needed(outcome)
    for name in payload:
        if name not in (*needed, *OWN):
            raise UnknownName(
                f"outcome {outcome.name!r} knows no {name!r} of its signal",
                where="given",
                expected=f"one of {listed(needed)}" if needed else "nothing",
                hint=nearest(name, needed),
            )
    missing = [name for name in needed if name not in payload]
    if missing:
        raise InputError(
            f"{listed(missing)} {'is' if len(missing) == 1 else 'are'} not given",
            where="given",
            expected=f"all of {listed(needed)}",
            hint="null (None) says that it is not known",
        )
    if outcome.options in payload:
        _check_options(outcome, payload[outcome.options])
    schema = schema_of(belief_map)
    numbers = {norms.field for norms in known if norms.form is Form.NUMBER}
    for name, value in payload.items():
        if name == outcome.options:
            continue
        kind = schema.types.get(name, FieldType.NUMBER if name in numbers else None)
        if not values.absent(value) and not values.present(value, kind, schema.calendar):
            raise InputError(
                f"{value!r} is no {kind.value if kind else 'value'}", where=f"given {name}"
            )
    own = {name: optional_name(name, payload.pop(name, None)) for name in OWN}
    return Supposed(payload, **own)


def overlap(outcome: Outcome, asking: Supposed, support: Support) -> list[Verdict]:
    """What lies outside of what was seen at the fit, one verdict per given value.

    Raises
    ------
    InputError
        A value lies far outside.
    """
    read = {one.field for one in support.ranges}
    found = [
        checked(support, name, value)
        for name, value in asking.payload.items()
        if name in read and name != outcome.options
    ]
    offered = asking.payload.get(outcome.options or "")
    for option in elements_of(offered) if outcome.options else ():
        named = member(option.get(ID, option.get(KEY)))
        found += [
            checked(support, name, option[name], named)
            for name in outcome.attributes
            if name in read and name in option
        ]
    refuse_far(found, where="given")
    return [verdict for verdict in found if verdict.flagged]


def _needed(outcome: Outcome) -> tuple[str, ...]:
    """The fields that must be given: what is known, and what is compared with the moment."""
    asked = [one.same for one in outcome.among if isinstance(one, AmongSignal)]
    offered = () if outcome.options is None else (outcome.options,)
    names = dict.fromkeys(
        (*offered, *outcome.given, *outcome.same, *(name for same in asked for name in same))
    )
    return tuple(name for name in names if name not in OWN)


def _check_options(outcome: Outcome, offered: Json) -> None:
    """Refuse a menu that leaves nothing to choose."""
    names = (
        {member(one) for one in offered if not isinstance(one, dict)}
        if isinstance(offered, list)
        else set()
    )
    names |= {member(one.get(ID, one.get(KEY))) for one in elements_of(offered)}
    if outcome.otherwise is not None:
        names.add(outcome.otherwise)
    if len(names - {None}) < FEWEST_OPTIONS:
        raise InputError(
            "offers fewer than two options",
            where=f"given {outcome.options}",
            expected='a list such as [{"id": "a", "price": 2}, {"id": "b", "price": 3}]',
        )
