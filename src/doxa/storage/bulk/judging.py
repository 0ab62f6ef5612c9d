"""What a name and a payload may be; the same bounds as for a signal that is observed live."""

from __future__ import annotations

import unicodedata
from typing import Any

import msgspec

from doxa.beliefmap.claims import checked_claim
from doxa.beliefmap.consent import check_consent
from doxa.beliefmap.model import BeliefMap
from doxa.beliefmap.rows import evidence_of
from doxa.domain.content import canonical_payload
from doxa.domain.signal import CLAIM, CONSENT, Signal
from doxa.errors import SignalError

LONGEST_NAME = 512
LARGEST_PAYLOAD = 64 * 1024
DEEPEST = 32
_LONG_LIST = 400
"""A payload shorter than this many bytes holds no list that is too long for a rule."""
_NO_NAME = "\0not a name: "
_NUL = b"\\u0000"
_DECODE = msgspec.json.Decoder(dict[str, Any]).decode


class Refused(Exception):
    """Internal: this row cannot be taken; the field and the reason."""


def no_name(what: str) -> str:
    """What stands in the place of a name that is none; `name` refuses it."""
    return f"{_NO_NAME}{what}"


def name(field: str, text: str | None) -> str:
    """The text of a name, or `Refused`."""
    if text is None or text == "":
        raise Refused(field, f"no {field}")
    if text.startswith(_NO_NAME):
        raise Refused(field, f"{text.removeprefix(_NO_NAME)}, not a text")
    if len(text) > LONGEST_NAME:
        raise Refused(field, f"longer than {LONGEST_NAME} characters")
    if not (text.isascii() and text.isprintable()):
        categories = {unicodedata.category(letter) for letter in text}
        if "\0" in text:
            raise Refused(field, "holds a NUL character")
        if "Cs" in categories:
            raise Refused(field, "not valid UTF-8")
        if "Cc" in categories:
            raise Refused(field, "holds a control character")
    return text


def payload(value: Any, kind: str, map: BeliefMap) -> bytes:
    """The one JSON text of a payload given as a dict or as text, or `Refused`.

    A list that a rule walks may have 200 elements: what no fold could read is not taken.
    """
    if value is None and kind not in (CLAIM, CONSENT):
        return b"{}"
    try:
        value = {} if value is None else value
        if isinstance(value, str | bytes):
            value = _DECODE(value)
        elif value is None:
            value = {}
        elif not isinstance(value, dict):
            raise Refused("payload", "not an object")
        if kind == CLAIM:
            value = checked_claim(value, map)
        encoded = canonical_payload(value)
    except SignalError as error:
        raise Refused(error.where, "not what a claim may say there") from None
    except msgspec.DecodeError as error:
        wrong = isinstance(error, msgspec.ValidationError) and "Expected" in str(error)
        raise Refused("payload", "not an object" if wrong else "not JSON") from None
    except UnicodeError:
        raise Refused("payload", "not valid UTF-8") from None
    except (TypeError, ValueError, OverflowError, RecursionError):
        raise Refused("payload", "holds a value that JSON cannot") from None
    if kind == CONSENT:
        _check_consent(value, map)
    if len(encoded) > DEEPEST:
        _check_size(encoded, value)
    if len(encoded) > _LONG_LIST and map.signals.get(kind):
        _check_lists(value, kind, map)
    if _NUL in encoded and _NUL in encoded.replace(b"\\\\", b""):
        raise Refused("payload", "holds a NUL character")
    return encoded


def _check_consent(value: dict[str, Any], map: BeliefMap) -> None:
    try:
        check_consent(map, value)
    except SignalError as error:
        raise Refused(error.where, error.problem) from None


def _check_size(encoded: bytes, value: Any) -> None:
    if len(encoded) > LARGEST_PAYLOAD:
        raise Refused("payload", f"more than {LARGEST_PAYLOAD} bytes as JSON")
    if encoded.count(b"{") + encoded.count(b"[") > DEEPEST and _depth(value) > DEEPEST:
        raise Refused("payload", f"nested more than {DEEPEST} deep")


def _depth(value: Any) -> int:
    deepest, level = 0, [value]
    while level := [one for one in level if isinstance(one, dict | list | tuple)]:
        deepest += 1
        if deepest > DEEPEST:
            break
        inner = (one.values() if isinstance(one, dict) else one for one in level)
        level = [one for values in inner for one in values]
    return deepest


def _check_lists(value: dict[str, Any], kind: str, map: BeliefMap) -> None:
    signal = Signal(id="", twin="", kind=kind, at=0, recorded=0, payload=value)
    try:
        evidence_of(map, signal)
    except SignalError:
        raise Refused("payload", "a list that a rule reads has more than 200 elements") from None
