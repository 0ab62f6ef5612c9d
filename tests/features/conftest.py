"""Settings of the property tests over small worlds of signals."""

from __future__ import annotations

from hypothesis import HealthCheck, settings

settings.register_profile(
    "features",
    deadline=None,
    max_examples=60,
    suppress_health_check=list(HealthCheck),
    derandomize=True,
)
settings.load_profile("features")
