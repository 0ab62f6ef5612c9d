"""Data in a script element stays data."""

import json

import pytest

from doxa.report.embed import embed_json


@pytest.mark.parametrize(
    "text", ["</script>", "<!--", "a & b", "\u2028", "\u2029", "]]>", "\ud800"]
)
def test_text_comes_back_and_never_stands_there_as_it_is(text: str) -> None:
    embedded = str(embed_json({text: [text]}))
    assert json.loads(embedded) == {text: [text]}
    assert not set("<>&\u2028\u2029\ud800") & set(embedded)


def test_numbers_that_are_none_become_null() -> None:
    gaps = (float("nan"), float("inf"), None)
    assert embed_json({"data": [gaps]}) == '{"data":[[null,null,null]]}'


def test_what_is_no_plain_data_is_refused() -> None:
    with pytest.raises(TypeError):
        embed_json({"at": object()})
