"""Swings of a course: from one turning point to the next, small ones left out."""

from __future__ import annotations

from collections.abc import Iterator, Sequence


def swings(course: Sequence[float], least: float) -> list[tuple[int, int]]:
    """Places (from, to) between which a course rises or falls by `least` or more, in order.

    A swing ends at its furthest point, once the course has come back from there by `least`; the
    last one may still be going on. What is smaller belongs to the swing around it.

    Parameters
    ----------
    course : float[n]
        Readings, oldest first.
    least : float above 0
        In units of the course.

    Examples
    --------
    >>> swings([0.5, 0.6, 0.9, 0.8, 0.2, 0.3], 0.3)
    [(0, 2), (2, 4)]
    >>> swings([0.5, 0.6, 0.5], 0.3)
    []
    """
    return list(_walked(course, least)) if len(course) else []


def _walked(course: Sequence[float], least: float) -> Iterator[tuple[int, int]]:
    low = high = start = peak = 0
    way = 0
    for place, value in enumerate(course):
        if way == 0:
            low = place if value < course[low] else low
            high = place if value > course[high] else high
            if course[high] - course[low] >= least:
                way = 1 if high > low else -1
                start, peak = (low, high) if way > 0 else (high, low)
        elif way * (value - course[peak]) >= 0:
            # of equal points the first one, where it got there
            peak = place if value != course[peak] else peak
        elif way * (course[peak] - value) >= least:
            yield start, peak
            way, start, peak = -way, peak, place
    if way:
        yield start, peak
