"""The known failures, over 200 generated histories each."""

from __future__ import annotations

import pytest

from doxa.checks.columns import read_columns
from doxa.checks.failures import FAILURES, HISTORIES
from doxa.checks.oracle import read_plainly


@pytest.mark.parametrize("check", FAILURES, ids=lambda check: check.__name__)
def test_the_product_does_not_fail_so(check):
    for seed in range(HISTORIES):
        check(read_columns, seed)


@pytest.mark.parametrize("check", FAILURES, ids=lambda check: check.__name__)
def test_nor_does_the_oracle(check):
    for seed in range(HISTORIES // 10):
        check(read_plainly, seed)
