"""``python -m benchmarks.people --data DATA --out build/people``: pages of real and false people.

Writes one page per set and, apart from them, ``key.json``, which says who is who. The pages tell of
real people, by numbers of public research sets: they are for the reader at hand, not for publishing.
"""

from __future__ import annotations

import argparse
import json
import random
import tempfile
from pathlib import Path

import msgspec

import doxa
from benchmarks.people.choosing import FILES, drawn, loaded, signals_of, with_enough
from benchmarks.people.page import LETTERS, pairs_page
from benchmarks.people.sets import SETS, PeopleSet
from benchmarks.people.shuffling import shuffled
from doxa.domain.signal import Signal
from doxa.report import write_page
from doxa.runtime.living.course import Course

COUNT = 5


def pairs(
    told: PeopleSet, data: Path, rng: random.Random, count: int = COUNT
) -> tuple[list[tuple[Course, Course]], list[dict[str, str]]]:
    """Courses of people as (A, B), and the key: whose they are, and which letter is the real one."""
    with tempfile.TemporaryDirectory() as folder:
        with loaded(told, data, Path(folder) / "set.db") as twins:
            names = drawn(with_enough(told, twins), count, rng)
            people = [signals_of(twins, name) for name in names]
        with doxa.open(Path(folder) / "pairs.db", FILES / told.name / "map.yaml") as twins:
            found, key = [], []
            for number, (name, signals) in enumerate(zip(names, people, strict=True), start=1):
                real = rng.choice(LETTERS)
                for letter in LETTERS:
                    lived = signals if letter == real else shuffled(signals, told.counted, rng)
                    twins.observe_many(_lent(lived, f"{number}{letter}"))
                a, b = (twins.twin(f"{number}{letter}").course() for letter in LETTERS)
                found.append((a, b))
                key.append({"person": str(number), "twin": name, "real": real})
    return found, key


def _lent(signals: list[Signal], name: str) -> list[Signal]:
    """The signals under another name, so that nothing on the page tells whose they are."""
    return [
        msgspec.structs.replace(each, twin=name, id=f"{name}-{number}")
        for number, each in enumerate(signals)
    ]


def main() -> None:
    """Write the pages and the key."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.people", description=__doc__)
    parser.add_argument("--data", type=Path, required=True, help="the folder of the sets")
    parser.add_argument("--out", type=Path, default=Path("build/people"))
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("sets", nargs="*", choices=[*SETS, []], help="left out: all")
    given = parser.parse_args()
    given.out.mkdir(parents=True, exist_ok=True)
    keys: dict[str, object] = {"seed": given.seed}
    command = f"python -m benchmarks.people --seed {given.seed}"
    for name in given.sets or list(SETS):
        found, keys[name] = pairs(SETS[name], given.data, random.Random(f"{name} {given.seed}"))
        page = pairs_page(SETS[name], found, command=command)
        print(write_page(page, given.out / f"{name}.html"))
    (given.out / "key.json").write_text(json.dumps(keys, indent=2) + "\n")
    print(given.out / "key.json")


if __name__ == "__main__":
    main()
