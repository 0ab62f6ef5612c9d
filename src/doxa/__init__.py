"""Digital twins of customers.

>>> import doxa
>>> "open" in doxa.__all__
True
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from doxa.errors import DoxaError

if TYPE_CHECKING:
    from os import PathLike

    from doxa.beliefmap.model import BeliefMap
    from doxa.runtime.async_twins import AsyncOpening
    from doxa.runtime.twins import Twins

__all__ = ["DoxaError", "__version__", "open", "open_async"]
__version__ = "0.1.0"


def open(
    path: str | PathLike[str],
    map: str | PathLike[str] | BeliefMap | None = None,
    workspace: str = "default",
    *,
    apply_map: bool = False,
) -> Twins:
    """Open a store of twins, making it when it is new.

    Parameters
    ----------
    path : path
        The store's file.
    map : path or BeliefMap, optional
        The belief map; left out, the one the store runs on.
    workspace : str
        Which of the file's workspaces; made when it is new.
    apply_map : bool
        Let a changed map take over from now on instead of raising `MapChanged`.

    Returns
    -------
    Twins
        Also a context manager that closes the store.

    Raises
    ------
    MapChanged
        The map differs in meaning from the one the store runs on.
    StoreError
        The file cannot be used.

    Examples
    --------
    >>> import doxa, tempfile
    >>> from doxa.beliefmap.map_file import parse_map
    >>> from doxa.beliefmap.starter import STARTER
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     with doxa.open(folder + "/shop.db", parse_map(STARTER)) as twins:
    ...         receipt = twins.observe("h42", "complaint", {"topic": "price"}, id="c-1")
    >>> receipt.id, receipt.duplicate
    ('c-1', False)
    """
    from doxa.runtime.opening import open_twins

    return open_twins(path, map, workspace, apply_map=apply_map)


def open_async(
    path: str | PathLike[str],
    map: str | PathLike[str] | BeliefMap | None = None,
    workspace: str = "default",
    *,
    apply_map: bool = False,
) -> AsyncOpening:
    """Open a store of twins for asyncio: await it, or enter it with ``async with``.

    Parameters and errors are those of `open`; what it gives is `AsyncTwins`.

    Examples
    --------
    >>> import asyncio, doxa, tempfile
    >>> from doxa.beliefmap.map_file import parse_map
    >>> from doxa.beliefmap.starter import STARTER
    >>> async def main(folder: str) -> str:
    ...     async with doxa.open_async(folder + "/shop.db", parse_map(STARTER)) as twins:
    ...         receipt = await twins.observe("h42", "complaint", {"topic": "price"}, id="c-1")
    ...     return receipt.id
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     asyncio.run(main(folder))
    'c-1'
    """
    from functools import partial

    from doxa.runtime.async_twins import AsyncOpening
    from doxa.runtime.opening import open_twins

    return AsyncOpening(partial(open_twins, path, map, workspace, apply_map=apply_map))
