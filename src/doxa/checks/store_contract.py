"""What every store must do: plain functions that take a way to make an empty store.

An adapter's own tests run all of `contract()` against it::

    @pytest.mark.parametrize("check", contract(), ids=lambda check: check.__name__)
    def test_contract(check):
        check(make_my_store)
"""

from __future__ import annotations

from doxa.checks import (
    store_appending,
    store_correcting,
    store_forgetting,
    store_keeping,
    store_reading,
)
from doxa.checks.store_samples import Check, MakeStore

__all__ = ["Check", "MakeStore", "contract"]


def contract() -> list[Check]:
    """All checks of a store, found by name."""
    modules = (store_appending, store_reading, store_correcting, store_keeping, store_forgetting)
    return [
        value
        for module in modules
        for name, value in vars(module).items()
        if name.startswith("check_")
    ]
