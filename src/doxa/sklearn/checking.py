"""What scikit-learn keeps of the tables its estimators are given."""

from __future__ import annotations

from typing import Any

from doxa.sklearn.asked import columns_of


def checked(estimator: Any, X: Any, *, reset: bool) -> None:
    """Keep, or compare, how many columns a table has and what they are called."""
    width = len(columns_of(X))
    names = [str(name) for name in X.columns] if hasattr(X, "iloc") else None
    if reset:
        estimator.n_features_in_ = width
        if names is not None:
            estimator.feature_names_in_ = names
    elif width != estimator.n_features_in_:
        raise ValueError(
            f"X has {width} features, but {type(estimator).__name__} is expecting"
            f" {estimator.n_features_in_} features as input."
        )
