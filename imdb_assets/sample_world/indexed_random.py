"""Reproducible random numbers: named generators, and draws that depend only on an index.

Indexed draws make it possible to generate any block of rows on its own.
"""

from dataclasses import dataclass
from zlib import crc32

import numpy as np
from numpy.typing import NDArray

Integers = NDArray[np.integer]
Floats = NDArray[np.floating]
Flags = NDArray[np.bool]


def generator(seed: int, name: str) -> np.random.Generator:
    """Return the generator for one part of the world. Parts do not influence each other."""
    return np.random.default_rng([seed, crc32(name.encode())])


@dataclass(frozen=True)
class IndexedRandom:
    """Random draws by name and index. The same name and index always give the same result (splitmix64)."""

    seed: int

    def bits(self, name: str, index: Integers) -> NDArray[np.uint64]:
        """Return 64 random bits per index."""
        start = np.random.SeedSequence([self.seed, crc32(name.encode())]).generate_state(1, np.uint64)[0]
        z = (np.asarray(index).astype(np.uint64) + np.uint64(1)) * np.uint64(0x9E3779B97F4A7C15) + start
        z = (z ^ (z >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
        z = (z ^ (z >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
        return z ^ (z >> np.uint64(31))

    def pick(self, name: str, index: Integers, size: int) -> NDArray[np.int64]:
        """Return an integer from 0 to `size - 1` per index."""
        return ((self.bits(name, index) >> np.uint64(32)) * np.uint64(size) >> np.uint64(32)).astype(np.int64)

    def uniform(self, name: str, index: Integers) -> Floats:
        """Return a number in [0, 1) per index."""
        return (self.bits(name, index) >> np.uint64(11)).astype(np.float64) * 2.0**-53

    def rarely(self, name: str, index: Integers, *, one_in: int) -> Flags:
        """Return True for about one index in `one_in`."""
        return self.pick(name, index, one_in) == 0
