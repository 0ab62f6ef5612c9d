"""The claims of one person as they lie in the ledger, by source and id."""

from __future__ import annotations

from doxa.beliefmap.claims import claim_of
from doxa.beliefmap.columns import joined
from doxa.domain.claim import Claim
from doxa.domain.signal import CLAIM
from doxa.runtime.identity import person_at
from doxa.runtime.wiring import Wiring
from doxa.state.claims import Key


def known_claims(wiring: Wiring, twin: str) -> dict[Key, Claim]:
    """Every claim about a person that counts in the ledger, whichever twin it was made of."""
    key = wiring.store.twin_key(twin)
    if key is None:
        return {}
    person = person_at(wiring, key, None, None)
    scanned = wiring.store.scan(
        kinds=(CLAIM,), twins=(person.key,), ids=True, identity=person.identity
    )
    rows = joined(list(scanned))
    told = zip(rows.source.tolist(), rows.ids or [], rows.payload, strict=True)
    found = {(rows.sources[source], name): claim_of(payload) for source, name, payload in told}
    return {name: claim for name, claim in found.items() if claim is not None}
