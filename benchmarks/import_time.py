"""Importing the package: <= 150 ms of processor time, the one absolute bar."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

from benchmarks.claim import Row, Size, median

LIMIT = 150.0
_CODE = """
import time
begun = time.process_time()
import {name}
print(1e3 * (time.process_time() - begun))
"""


def measure(size: Size, folder: Path) -> list[Row]:
    """Fresh processes, interleaved with those that import NumPy alone."""
    told: dict[str, list[float]] = {"doxa": [], "numpy": []}
    for _ in range(2 * size.rounds + 1):
        for name, times in told.items():
            command = [sys.executable, "-c", _CODE.format(name=name)]
            found = subprocess.run(command, check=True, capture_output=True, text=True)
            times.append(float(found.stdout))
    took, numpy = median(told["doxa"]), median(told["numpy"])
    return [
        Row(
            "import doxa (processor time)",
            f"<= {LIMIT:.0f} ms",
            f"import numpy {numpy:.0f} ms",
            f"{took:.0f} ms",
            took <= LIMIT,
            absolute=True,
        )
    ]
