"""Columns of payloads: decoding, readings, and the same from arrays."""

import msgspec
import numpy as np
import pytest

from doxa.beliefmap import decoding
from doxa.beliefmap.model import FieldType
from doxa.beliefmap.payloads import Column, columns_from, columns_of
from doxa.beliefmap.values import Schema


@pytest.mark.parametrize("name", ["a b", "class", "", "größe", 'say "hi"', "a\\b", "new\nline"])
def test_any_name_can_be_a_field(name):
    columns = columns_of([msgspec.json.encode({name: 1}), b"{}"], [name, "other"], Schema())
    assert columns[name].values == [1, None]
    assert columns["other"].values == columns["undecoded"].values == [None, None]


def test_payloads_are_decoded_in_parts(monkeypatch):
    monkeypatch.setattr(decoding, "_CHUNK", 2)
    columns = columns_of([b'{"a":%d}' % one for one in range(5)], ["a"], Schema())
    assert columns["a"].numbers().tolist() == [0, 1, 2, 3, 4]


def test_lists_name_members_in_order_each_once():
    found = Column([["b", "a", "b"], "a", None, [], [None, 5.0]]).lists()
    assert found.names == ["b", "a", "5"]
    assert found.start.tolist() == [0, 2, 3, 3, 3, 4]
    assert found.code.tolist() == [0, 1, 1, 2]
    assert found.size.tolist() == [3, 1, 1, 0, 2]


def test_a_reading_is_made_once_per_distinct_value():
    asked = []
    column = Column(["a", "b", "a", 1, 1.0, True])
    assert column.read(lambda value: asked.append(value) or 0, np.int64).tolist() == [0] * 6
    assert asked == ["a", "b", 1]


def test_arrays_read_like_payloads():
    arrays = {
        "price": np.array([1.5, np.nan, np.inf]),
        "count": np.array([5, 0, 1], np.int32),
        "flag": np.array([True, False, True]),
        "name": np.array(["x", "", "y"]),
        "due": np.array(["1970-01-01T00:00:01", "NaT", "1970-01-01"], "datetime64[s]"),
        "tags": np.array([["a"], None, ["a", "b"]], object),
    }
    columns = columns_from(arrays, Schema({"due": FieldType.TIME}))
    names: dict[str, int] = {}

    def codes(field):
        return columns[field].codes(lambda name: names.setdefault(name, len(names))).tolist()

    assert columns["price"].present().tolist() == [True, False, False]
    assert np.isnan(columns["price"].numbers()).tolist() == [False, True, True]
    assert codes("count") == codes("count")
    assert list(names) == ["0", "1", "5"]
    assert codes("flag") == [names["1"], names["0"], names["1"]]
    assert codes("name") == [3, -1, 4]
    assert columns["due"].numbers()[[0, 2]].tolist() == [1e6, 0.0]
    assert columns["due"].present().tolist() == [True, False, True]
    assert columns["tags"].lists().code.tolist() == [0, 0, 1]
    assert len(columns_from({}, Schema())) == 0


def test_elements_come_before_the_payload_and_know_their_row():
    rows = [b'{"qty":9,"lines":[{"qty":1},{"qty":null}]}', b"{}", b'{"lines":[{"qty":2}]}']
    lines = columns_of(rows, ["qty", "lines"], Schema()).each("lines")
    assert lines["qty"].values == [1, 9, 2]
    assert lines.rows.tolist() == [0, 0, 2]
