"""Twins in a scikit-learn pipeline: a transformer, two estimators and a split in time.

Rows name people and moments: column one is the twin's id, column two the moment, column three, for
an outcome with members, the member. What is read of a person is what was known at that moment.
"""

from doxa.sklearn.estimators import TwinClassifier, TwinRegressor
from doxa.sklearn.split import OriginSplit
from doxa.sklearn.transformer import TwinFeatures

__all__ = ["OriginSplit", "TwinClassifier", "TwinFeatures", "TwinRegressor"]
