"""A page as one self-contained HTML text, and that text on disk."""

import os
import secrets
from functools import cache
from pathlib import Path

from jinja2 import Environment, PackageLoader, StrictUndefined, Template
from markupsafe import Markup

from doxa.report.chart import Chart
from doxa.report.embed import embed_json
from doxa.report.page import Block, Listing, Page
from doxa.report.table import Table

_HERE = Path(__file__).parent


def render(page: Page) -> str:
    """The page as one HTML text that needs no network; the same page gives the same text.

    Examples
    --------
    >>> from doxa.report import Origin, Page
    >>> html = render(Page("Fidelity of <b>", Origin("doxa fidelity", "0.1.0")))
    >>> "Fidelity of &lt;b&gt;" in html, html == render(
    ...     Page("Fidelity of <b>", Origin("doxa fidelity", "0.1.0")))
    (True, True)
    """
    blocks = [block for section in page.sections for block in section.blocks]
    drawn = any(isinstance(block, Chart) for block in blocks)
    return _template().render(page=page, engine=_engine() if drawn else "")


def write_page(page: Page, path: str | os.PathLike[str]) -> Path:
    """Write the page as UTF-8: a reader finds the old file or the whole new one.

    Returns
    -------
    Path
        Where the page is.

    Raises
    ------
    OSError
        When the disk refuses; nothing is left behind and an older page stays as it was.

    Examples
    --------
    >>> import tempfile
    >>> from doxa.report import Origin, Page
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     write_page(Page("Fidelity", Origin("doxa fidelity", "0.1.0")), f"{folder}/f.html").name
    'f.html'
    """
    target = Path(path)
    # Half a surrogate pair can come out of broken JSON and has no UTF-8 form.
    text = render(page).encode("utf-8", errors="replace")
    temporary = target.with_name(f".{target.name}.{secrets.token_hex(4)}.tmp")
    try:
        _write_through(temporary, text)
        os.replace(temporary, target)
    finally:
        temporary.unlink(missing_ok=True)
    return target


def _write_through(path: Path, text: bytes) -> None:
    with path.open("xb") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())


@cache
def _template() -> Template:
    environment = Environment(
        loader=PackageLoader("doxa.report", "templates"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters["json"] = embed_json
    environment.filters["kind"] = _kind
    return environment.get_template("page.html.j2")


def _kind(block: Block) -> str:
    if isinstance(block, Chart):
        return "chart"
    if isinstance(block, Table):
        return "table"
    return "listing" if isinstance(block, Listing) else "note"


@cache
def _engine() -> Markup:
    # The vendored file holds no "</script" (a test checks), so it may stand inside one.
    source = (_HERE / "vendor" / "echarts.min.js").read_text(encoding="utf-8")
    return Markup(source)
