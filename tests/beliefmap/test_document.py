"""YAML is read strictly, and every error says where."""

from pathlib import Path

import pytest
import yaml

from doxa.beliefmap import document
from doxa.beliefmap.document import LARGEST, Mapping, Scalar, parse_document, read_document
from doxa.errors import MapError


@pytest.fixture(params=["CSafeLoader", "SafeLoader"], autouse=True)
def _loader(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(document, "_LOADER", getattr(yaml, request.param))


def scalar(text: str) -> str | None:
    tree = parse_document(f"key: {text}", "m.yaml").entries["key"]
    assert isinstance(tree, Scalar)
    return tree.text


@pytest.mark.parametrize("text", ["12:30", "no", "off", "0x10", "1_000", "2017-01-01", "1.0", ".5"])
def test_scalars_stay_text(text: str) -> None:
    assert scalar(text) == text


@pytest.mark.parametrize("text", ["", "~", "null"])
def test_empty_is_null(text: str) -> None:
    assert scalar(text) is None


@pytest.mark.parametrize("text", ["''", "'null'", '"~"'])
def test_quoted_is_text(text: str) -> None:
    assert scalar(text) == text[1:-1]


def test_places() -> None:
    tree = parse_document("nodes:\n  a:\n    - {b: 1}\n", "m.yaml")
    nodes = tree.entries["nodes"]
    assert isinstance(nodes, Mapping)
    assert str(nodes.places["a"]) == "m.yaml:2 nodes.a"
    assert str(nodes.error("wrong", expected="right")) == ("m.yaml:2 nodes: wrong; expected right")


@pytest.mark.parametrize(
    ("text", "where", "problem"),
    [
        ("", "m.yaml", "is empty"),
        ("# nothing\n", "m.yaml", "is empty"),
        ("---\n", "m.yaml", "is empty"),
        ("- a\n- b\n", "m.yaml:1", "is not a mapping"),
        ("just text", "m.yaml:1", "is not a mapping"),
        ("a: 1\nb: 2\na: 3\n", "m.yaml:3 a", "twice, first in line 1"),
        ("a: {b: 1, b: 2}\n", "m.yaml:1 a.b", "twice"),
        ("a: &x 1\nb: *x\n", "m.yaml:1 a", "anchors and aliases"),
        ("b: *x\n", "m.yaml:1 b", "anchors and aliases"),
        ("a:\n  <<: {b: 1}\n", "m.yaml:2 a", "merge keys"),
        ("a: !!int 1\n", "m.yaml:1 a", "tags"),
        ("a: !!python/object/apply:os.system [ls]\n", "m.yaml:1 a", "tags"),
        ("a:\n  on: 1\n", "m.yaml:2 a", "no key is called 'on'"),
        ("a: {Yes: 1}\n", "m.yaml:1 a", "no key is called 'Yes'"),
        ("n: 1\n", "m.yaml:1", "no key is called 'n'"),
        ("? [a, b]\n: 1\n", "m.yaml:1", "a key is not plain text"),
        ("'': 1\n", "m.yaml:1", "a key is empty"),
        ("a: 1\n---\nb: 2\n", "m.yaml:2", "a second document"),
        ("a: [1, 2\n", "m.yaml:2", "not valid YAML"),
        ("a:\n\t- 1\n", "m.yaml:2", "not valid YAML"),
        ("a: 1\nb: \x07\n", "m.yaml:2", "does not allow"),
        ("a: " + 40 * "[" + 40 * "]", "m.yaml:1 a" + 24 * "[0]", "nested too deep"),
    ],
)
def test_refused(text: str, where: str, problem: str) -> None:
    with pytest.raises(MapError) as caught:
        parse_document(text, "m.yaml")
    assert caught.value.where == where
    assert problem in caught.value.problem


def test_tabs_have_a_hint() -> None:
    with pytest.raises(MapError, match="not tabs"):
        parse_document("a:\n\tb: 1\n", "m.yaml")


@pytest.mark.parametrize(
    ("raw", "where", "problem"),
    [
        (b"a: 1\nb: \xff\n", ":2", "not UTF-8"),
        (b"a: " + LARGEST * b"x", "", "larger than 1 MiB"),
        (b"", "", "is empty"),
    ],
)
def test_bad_files(tmp_path: Path, raw: bytes, where: str, problem: str) -> None:
    file = tmp_path / "m.yaml"
    file.write_bytes(raw)
    with pytest.raises(MapError) as caught:
        read_document(file)
    assert caught.value.where == f"{file}{where}"
    assert problem in caught.value.problem


def test_missing_file_and_folder(tmp_path: Path) -> None:
    for path in (tmp_path / "none.yaml", tmp_path):
        with pytest.raises(MapError, match="cannot be read"):
            read_document(path)


def test_byte_order_mark_is_no_part_of_the_text(tmp_path: Path) -> None:
    file = tmp_path / "m.yaml"
    file.write_bytes(b"\xef\xbb\xbfdoxa: 1\n")
    assert list(read_document(file).entries) == ["doxa"]
