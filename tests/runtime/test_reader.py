"""Reads through a key: purposed, for those who let it, and in the person's access log."""

from __future__ import annotations

import threading
from concurrent.futures import Future

import pytest

from doxa.beliefmap.map_file import parse_map
from doxa.errors import InputError, StoreError, UnknownName
from doxa.runtime.accessing import Scribe
from doxa.storage.accesses import Access

MAP = """
doxa: 1
product: care
sources: {desk: {seen_by: [service]}}
nodes:
  fair: {kind: belief}
  worried: {kind: feeling}
  buys: {kind: preference, of: category}
signals:
  complaint: [{node: fair, against: 1}, {node: worried, for: 1}]
  purchase: [{node: buys, count: 1}]
outcomes: {complains: {happens: complaint, within: 7d}}
purposes:
  service: {sees: all}
  ads: {sees: [fair, buys], consent: true}
"""


@pytest.fixture
def care(open_shop):
    twins = open_shop(parse_map(MAP))
    twins.observe("ann", "complaint", at="2026-03-01T10:00Z")
    twins.observe("ann", "purchase", {"category": "MILK"}, at="2026-03-02T10:00Z")
    twins.observe("ann", "traits", {"age": 41}, at="2026-03-02T10:00Z")
    return twins


def told(twins, id="ann"):
    return [(one.reader, one.purpose, one.face, one.nodes) for one in twins.accesses(id)]


def test_every_face_of_a_twin_is_logged_with_what_it_showed(care, clock):
    twin = care.reader("crm", purpose="service").twin("ann")
    assert (twin.id, twin.met, twin.purpose) == ("ann", True, "service")
    assert told(care) == []
    assert twin.opinion("buys[MILK]") == care.twin("ann").opinion("buys[MILK]")
    twin.opinions()
    twin.explain("fair")
    twin.traits()
    twin.timeline("worried")
    twin.graph()
    twin.forecast("complains")
    assert told(care) == [
        ("crm", "service", "opinion", ("buys",)),
        ("crm", "service", "opinions", ("fair", "worried", "buys")),
        ("crm", "service", "explain", ("fair",)),
        ("crm", "service", "traits", ("age",)),
        ("crm", "service", "timeline", ("worried",)),
        ("crm", "service", "graph", ("fair", "worried", "buys")),
        ("crm", "service", "forecast", ()),
    ]
    assert {one.at for one in care.accesses("ann")} == {clock.now}


def test_reads_of_the_operator_are_not_logged(care):
    care.twin("ann", purpose="service").opinions()
    assert told(care) == []


def test_a_reader_sees_as_its_purpose_and_what_it_did_not_see_is_not_logged(care, clock):
    ads = care.reader("mailer", purpose="ads")
    assert ads["ann"].opinions()[0].met is False
    care.observe("ann", "consent", {"purpose": "ads", "given": True})
    clock.move(1)
    with pytest.raises(UnknownName):
        ads["ann"].opinion("worried")
    ads["ann"].beliefs()
    assert told(care) == [("mailer", "ads", "beliefs", ("fair",))]


def test_a_withdrawal_holds_for_every_moment_asked_about(care, clock):
    care.observe("ann", "consent", {"purpose": "ads", "given": True})
    clock.move(1)
    then = clock.now - 1
    care.observe("ann", "consent", {"node": "fair", "given": False})
    ads = care.reader("mailer", purpose="ads")
    assert {each.node.node for each in ads.twin("ann", as_of=then).opinions()} == {"buys"}
    plain = care.twin("ann", as_of=then, purpose="ads")
    assert {each.node.node for each in plain.opinions()} == {"fair", "buys"}
    clock.move(1)
    care.observe("ann", "consent", {"purpose": "ads", "given": False})
    assert not ads.twin("ann", as_of=then).met
    assert not any(each.met for each in ads.twin("ann", known_at=then).opinions())
    assert care.twin("ann", as_of=then, purpose="ads").met


def test_many_at_once_are_logged_each(care):
    care.observe("bob", "complaint", at="2026-03-01T10:00Z")
    service = care.reader("crm", purpose="service")
    service.read(["ann", "bob", "nobody"], ["fair"])
    assert service.find("fair < 0.5").ids == ("ann", "bob")
    service.forecast("complains", cohort=["bob"])
    assert told(care) == [("crm", "service", "read", ("fair",)), ("crm", "service", "find", ())]
    assert [face for _, _, face, _ in told(care, "bob")] == ["read", "find", "forecast"]
    assert told(care, "nobody") == []


def test_a_merged_person_has_one_log(care, clock):
    care.observe("device-7", "complaint", at="2026-03-01T10:00Z")
    service = care.reader("crm", purpose="service")
    service["device-7"].opinions()
    care.merge("device-7", into="ann")
    clock.move(1)
    service["device-7"].opinions()
    assert len(care.accesses("ann")) == len(care.accesses("device-7")) == 2


def test_who_is_forgotten_has_no_log(care):
    twin = care.reader("crm", purpose="service")["ann"]
    twin.opinions()
    care.forget("ann")
    twin.opinions()
    assert care.accesses("ann") == []


def test_a_reader_is_of_a_purpose_of_the_map_and_shows_no_state(care):
    with pytest.raises(UnknownName, match="did you mean 'service'"):
        care.reader("crm", purpose="servise")
    with pytest.raises(InputError, match="key: is empty"):
        care.reader("", purpose="service")
    with pytest.raises(AttributeError, match="no 'frozen'"):
        _ = care.reader("crm", purpose="service")["ann"].frozen


def test_the_log_outlives_the_store(care, open_shop):
    care.reader("crm", purpose="service")["ann"].opinions()
    care.close()
    assert len(open_shop(parse_map(MAP)).accesses("ann")) == 1


class Slow:
    """A log whose batches are written when it is told so."""

    def __init__(self):
        self.batches = []

    def log(self, accesses):
        future = Future()
        self.batches.append((list(accesses), future))
        return future


def access(face):
    return Access(twin=1, at=0, reader="crm", purpose="care", face=face)


def test_reads_wait_for_no_write_and_go_together_into_the_next():
    log = Slow()
    scribe = Scribe(log)
    for face in "abcd":
        scribe.note([access(face)])
    assert [[one.face for one in rows] for rows, _ in log.batches] == [["a"]]
    waiting = threading.Thread(target=scribe.flush)
    waiting.start()
    log.batches[0][1].set_result(None)
    assert [one.face for one in log.batches[1][0]] == ["b", "c", "d"]
    log.batches[1][1].set_result(None)
    waiting.join(10)
    assert not waiting.is_alive()


def test_a_log_that_cannot_be_written_is_told():
    log = Slow()
    scribe = Scribe(log)
    scribe.note([access("a")])
    log.batches[0][1].set_exception(StoreError("the disk is full"))
    with pytest.raises(StoreError, match="disk is full"):
        scribe.note([access("b")])
    scribe.flush()
