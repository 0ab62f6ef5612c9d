"""What every estimator over twins is set to: which store, which outcome, for what purpose."""

from __future__ import annotations

from typing import Any

from sklearn.base import BaseEstimator

from doxa.sklearn.checking import checked
from doxa.sklearn.reader import Told, told


class TwinEstimator(BaseEstimator):
    """An estimator whose rows ask a store for twins."""

    def __init__(
        self,
        db: Any = "doxa.db",
        outcome: str = "",
        *,
        workspace: str = "default",
        purpose: str | None = None,
        seed: int = 1,
    ) -> None:
        self.db = db
        self.outcome = outcome
        self.workspace = workspace
        self.purpose = purpose
        self.seed = seed

    def _told(self, X: Any, *, reset: bool) -> Told:
        checked(self, X, reset=reset)
        return told(X, self.db, self.workspace, self.outcome, self.purpose)
