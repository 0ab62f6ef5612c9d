"""What rungs and metrics are called on a page, and how their numbers are spelled."""

from __future__ import annotations

from doxa.fidelity.headline import EVERYBODY
from doxa.fidelity.ladder import BASE, PERSONA, TWIN
from doxa.report.number import Format

LIFETIME, ONE_BAND = "lifetime", "one_band"

_RUNGS = {
    BASE: "population base rate",
    PERSONA: "your personas",
    LIFETIME: "own lifetime rate",
    ONE_BAND: "own recent rate",
    "last": "last value",
    "own_mean": "own mean",
    "last_and_mean": "last value and own mean",
    "mean_and_deviation": "own mean and deviation",
    "item_and_running_mean": "item and running mean",
    "counts_logistic": "logistic of counts",
    "rf_logistic": "recency and frequency",
    "bg_nbd": "BG/NBD",
    "plain_logit": "logit of attributes",
    "hierarchical_logit": "hierarchical logit",
    "loyalty_logit": "own share of choices",
    "sampler": "own rate, own amounts again",
    TWIN: "twin",
}
_METRICS: dict[str, tuple[str, Format]] = {
    "log_loss": ("log-loss", "loss"),
    "squared_error": ("squared error", "number"),
    "brier": ("Brier score", "loss"),
    "auc": ("AUC", "score"),
    "auc_within_twin": ("AUC within a person", "score"),
    "auc_within_moment": ("AUC within a moment", "score"),
    "rmse": ("RMSE", "number"),
    "crps": ("CRPS", "loss"),
    "total": ("total", "percent"),
}


def rung_name(name: str) -> str:
    """A rung in the words of a page; rungs it does not know keep their name.

    Examples
    --------
    >>> rung_name("base"), rung_name("my_rival")
    ('population base rate', 'my rival')
    """
    return _RUNGS.get(name) or spaced(name)


def metric_name(name: str) -> str:
    """A metric in the words of a page.

    Examples
    --------
    >>> metric_name("auc_within_twin"), metric_name("coverage_80")
    ('AUC within a person', 'coverage 80')
    """
    return _METRICS[name][0] if name in _METRICS else spaced(name)


def metric_form(name: str) -> Format:
    """How a metric is spelled.

    Examples
    --------
    >>> metric_form("log_loss"), metric_form("coverage_80")
    ('loss', 'number')
    """
    return _METRICS[name][1] if name in _METRICS else "number"


def subset_name(name: str) -> str:
    """Whom a ladder is about.

    Examples
    --------
    >>> subset_name("all"), subset_name("demographics")
    ('everybody', 'demographics')
    """
    return "everybody" if name == EVERYBODY else spaced(name)


def spaced(name: str) -> str:
    """A name of the map as words.

    Examples
    --------
    >>> spaced("buys_within_week")
    'buys within week'
    """
    return name.replace("_", " ")
