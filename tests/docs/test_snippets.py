"""Every block of README and docs does what its page says."""

from __future__ import annotations

from pathlib import Path

import pytest
from page_blocks import PAGES, Block, blocks_of, name_of
from page_runner import PageFailed, run_page


@pytest.mark.parametrize("page", PAGES, ids=name_of)
def test_page(page: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("DOXA_DB", raising=False)
    monkeypatch.setenv("COLUMNS", "100")
    run_page(blocks_of(page.read_text(encoding="utf-8")), name_of(page))


class TestTheRunner:
    def test_finds_blocks_and_marks(self) -> None:
        text = "a\n<!-- file: m.yaml -->\n```yaml\nx: 1\n```\n\n````python\n```\n````\n"
        found = blocks_of(text)
        assert [(b.language, b.line, b.mark, b.told) for b in found] == [
            ("yaml", 4, "file", "m.yaml"),
            ("python", 8, "", ""),
        ]

    @pytest.mark.parametrize(
        "blocks",
        [
            [Block("python", "print(1)\n", 1), Block("text", "2\n", 4)],
            [Block("python", ">>> 1 + 1\n3\n", 1)],
            [Block("console", "$ doxa --version\nnone\n", 1)],
            [Block("console", "$ doxa show nobody\n", 1)],
            [Block("console", "$ ls\n", 1)],
            [Block("bash", "ls\n", 1)],
        ],
    )
    def test_objects(
        self, blocks: list[Block], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.chdir(tmp_path)
        with pytest.raises(PageFailed):
            run_page(blocks, "page")

    def test_names_last_from_block_to_block(self) -> None:
        assert run_page([Block("python", "a = 1\n", 1), Block("python", ">>> a\n1\n", 5)], "p") == 2
