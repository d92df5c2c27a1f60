"""Reproducible chance: generators by name, and draws that depend on an index alone.

With the latter any block of rows can be made by itself.
"""

from dataclasses import dataclass
from zlib import crc32

import numpy as np
from numpy.typing import NDArray

Integers = NDArray[np.integer]
Floats = NDArray[np.floating]
Flags = NDArray[np.bool]


def generator(seed: int, name: str) -> np.random.Generator:
    """The generator of one part of the world: parts do not disturb each other."""
    return np.random.default_rng([seed, crc32(name.encode())])


@dataclass(frozen=True)
class IndexedRandom:
    """Draws for numbered things: the same number and name always fall the same way (splitmix64)."""

    seed: int

    def bits(self, name: str, index: Integers) -> NDArray[np.uint64]:
        """Sixty-four random bits for each index."""
        start = np.random.SeedSequence([self.seed, crc32(name.encode())]).generate_state(1, np.uint64)[0]
        z = (np.asarray(index).astype(np.uint64) + np.uint64(1)) * np.uint64(0x9E3779B97F4A7C15) + start
        z = (z ^ (z >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
        z = (z ^ (z >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
        return z ^ (z >> np.uint64(31))

    def pick(self, name: str, index: Integers, size: int) -> NDArray[np.int64]:
        """A number from 0 to size - 1 for each index."""
        return ((self.bits(name, index) >> np.uint64(32)) * np.uint64(size) >> np.uint64(32)).astype(np.int64)

    def uniform(self, name: str, index: Integers) -> Floats:
        """A number from 0 to 1 for each index."""
        return (self.bits(name, index) >> np.uint64(11)).astype(np.float64) * 2.0**-53

    def rarely(self, name: str, index: Integers, *, one_in: int) -> Flags:
        """True for about one index in so many."""
        return self.pick(name, index, one_in) == 0
