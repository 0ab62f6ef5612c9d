from __future__ import annotations

import subprocess
import sys

import pytest
from tests.runtime.conftest import SHOP

import doxa
from doxa.beliefmap.map_file import parse_map
from doxa.beliefmap.model import BeliefMap, Zone
from doxa.domain.clock import Clock
from doxa.errors import InputError, MapChanged, MissingExtra, StoreError


def test_a_new_store_needs_a_map(tmp_path):
    with pytest.raises(InputError, match=r"no store here yet.*doxa init"):
        doxa.open(tmp_path / "shop.db")
    assert not (tmp_path / "shop.db").exists()


def test_a_store_remembers_its_map(tmp_path):
    (tmp_path / "map.yaml").write_text(SHOP)
    doxa.open(tmp_path / "shop.db", tmp_path / "map.yaml").close()
    with doxa.open(str(tmp_path / "shop.db")) as twins:
        assert twins.map.product == "shop"


def test_each_workspace_has_its_own_map(open_shop, tmp_path):
    open_shop()
    with pytest.raises(InputError, match="this workspace has no map yet"):
        doxa.open(tmp_path / "shop.db", workspace="other")


def test_a_changed_map_is_refused_with_what_changed(open_shop):
    open_shop().close()
    changed = SHOP.replace("base: 0.6", "base: 0.5").replace("praise:", "thanks:")
    with pytest.raises(MapChanged) as raised:
        open_shop(parse_map(changed))
    text = str(raised.value)
    assert "nodes.prices_are_fair changed (base)" in text
    assert "signals.thanks added, signals.praise removed" in text
    assert "apply_map=True" in text


def test_comments_and_order_are_no_change(open_shop):
    open_shop().close()
    assert open_shop(parse_map("# a comment\n" + SHOP)).map.product == "shop"


def test_a_changed_map_can_take_over(open_shop, tmp_path):
    open_shop().close()
    changed = SHOP.replace("base: 0.6", "base: 0.5").replace("America/New_York", "Asia/Tokyo")
    open_shop(parse_map(changed), apply_map=True).close()
    twins = open_shop(None)
    assert twins.map.nodes["prices_are_fair"].base == 0.5
    assert (twins.wiring.store.zone, len(twins.wiring.store.maps())) == (
        Zone(default="Asia/Tokyo"),
        2,
    )


def test_what_was_known_then_is_read_by_the_map_of_then(open_shop, clock):
    shop = open_shop()
    shop.observe("h42", "praise")
    clock.move(24)
    shop.close()
    changed = SHOP.replace("base: 0.6", "base: 0.2").replace("America/New_York", "Asia/Tokyo")
    shop = open_shop(parse_map(changed), apply_map=True)
    now, then = shop["h42"], shop.twin("h42", known_at=clock.now - 1)
    assert now.opinion("prices_are_fair").base == 0.2
    assert then.opinion("prices_are_fair").base == 0.6


def test_postgres_comes_later():
    with pytest.raises(MissingExtra, match="not in this version"):
        doxa.open("postgresql://user:secret@host/db", map=None)


def test_other_addresses_are_refused():
    with pytest.raises(InputError, match="unknown kind of store 'mysql'"):
        doxa.open("mysql://host/db")


def test_other_files_are_refused(tmp_path):
    (tmp_path / "notes.txt").write_text("hello " * 100)
    with pytest.raises(StoreError, match="not a doxa store"):
        doxa.open(tmp_path / "notes.txt", parse_map(SHOP))


def test_a_map_made_by_hand_cannot_be_stored(tmp_path):
    bare = BeliefMap(product="p", clock=Clock.TIME, zone=Zone(), bands=())
    with pytest.raises(InputError, match="made by hand"):
        doxa.open(tmp_path / "shop.db", bare)


def test_importing_doxa_imports_little():
    code = (
        "import sys, doxa; print(sorted({'numpy', 'yaml', 'sqlite3', 'typer'} & set(sys.modules)))"
    )
    told = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert told.stdout.strip() == "[]"


def test_names_of_the_package():
    assert doxa.__all__ == ["DoxaError", "__version__", "open", "open_async"]
