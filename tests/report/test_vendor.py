"""The vendored chart engine is the published one, whole and with its licence."""

import hashlib
from pathlib import Path

import doxa.report

VENDOR = Path(doxa.report.__file__).parent / "vendor"


def pinned() -> dict[str, str]:
    lines = (VENDOR / "VERSION").read_text(encoding="utf-8").splitlines()
    return dict(line.split(maxsplit=1) for line in lines)


def test_engine_is_the_one_whose_hash_is_written_down() -> None:
    engine = (VENDOR / "echarts.min.js").read_bytes()
    assert hashlib.sha256(engine).hexdigest() == pinned()["sha256"]


def test_engine_names_the_version_it_is() -> None:
    assert f'"{pinned()["version"]}"' in (VENDOR / "echarts.min.js").read_text(encoding="utf-8")


def test_engine_cannot_end_its_script_element() -> None:
    engine = (VENDOR / "echarts.min.js").read_text(encoding="utf-8").lower()
    assert "</script" not in engine
    assert "<!--" not in engine


def test_licence_and_notice_stand_beside_it() -> None:
    assert "Apache License" in (VENDOR / "LICENSE").read_text(encoding="utf-8")
    assert "Apache ECharts" in (VENDOR / "NOTICE").read_text(encoding="utf-8")
    assert "Bostock" in (VENDOR / "LICENSE-d3").read_text(encoding="utf-8")
