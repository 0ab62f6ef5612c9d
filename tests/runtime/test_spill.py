"""What is set apart on disk comes back as it went in, part by part."""

from __future__ import annotations

import tempfile
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from doxa.errors import StoreError
from doxa.runtime.folding.parts import cut
from doxa.runtime.folding.spill import Texts, spill

ROWS = st.lists(
    st.tuples(st.integers(0, 3), st.integers(-(2**63), 2**63 - 1), st.booleans(), st.binary()),
    max_size=20,
)


@given(st.lists(ROWS, max_size=4))
def test_rows_come_back_in_the_order_they_came(batches):
    with tempfile.TemporaryDirectory() as folder, spill(Path(folder), 4) as apart:
        for batch in batches:
            part, whole, flag, text = zip(*batch, strict=True) if batch else ((), (), (), ())
            order, bounds = apart.order(np.array(part, dtype=np.int64))
            texts = [text[row] for row in order]
            sizes = np.array([len(one) for one in texts], dtype=np.int64)
            numbers = {"whole": np.array(whole, dtype=np.int64), "flag": np.array(flag, np.bool_)}
            numbers = {name: column[order] for name, column in numbers.items()}
            apart.put(bounds, numbers, {"text": Texts(b"".join(texts), sizes)})
        assert list(Path(folder).iterdir()) == []
        for part in range(4 if batches else 0):
            numbers, texts = apart.take(part)
            told = (numbers["whole"].tolist(), numbers["flag"].tolist(), cut(texts["text"]))
            rows = list(zip(*told, strict=True))
            assert rows == [row[1:] for batch in batches for row in batch if row[0] == part]


def test_a_folder_that_is_not_there_is_named(tmp_path):
    with pytest.raises(StoreError, match="set apart") as error, spill(tmp_path / "gone", 2):
        pass
    assert str(tmp_path / "gone") in str(error.value)
