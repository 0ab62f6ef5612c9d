"""``doxa demo``: placeholder."""


def demo() -> None:
    """Not yet."""
