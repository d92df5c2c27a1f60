"""IMDb's ids: a prefix and at least seven digits, in the order of text, as IMDb sorts its files."""

import numpy as np
import pyarrow as pa

from imdb_assets.sample_world.indexed_random import Integers
from imdb_assets.sample_world.text import Text

# Ids below this number have seven digits and leading zeros, ids from here on have eight.
_FIRST_OF_EIGHT = 10_000_000
# In the order of text, tt1000000 is followed by tt10000000 to tt10000009, then by tt1000001.
_FIRST_BRANCHING = 1_000_000


def texts(prefix: str, positions: Integers, total: int) -> Text:
    """Return the ids at positions of the sorted list of all ids.

    Args:
        prefix: `tt` or `nm`.
        positions: Positions in the list, from 0.
        total: Number of ids in the list. Their numbers are 1 to `total`.
    """
    numbers = sorted_numbers(np.asarray(positions, np.int64), total)
    letters = np.empty((len(numbers), 10), np.uint8)
    letters[:, :2] = np.frombuffer(prefix.encode(), np.uint8)
    rest = numbers.astype(np.uint32)
    for column in range(9, 1, -1):
        quotient = rest // np.uint32(10)
        letters[:, column] = rest - quotient * np.uint32(10) + ord("0")
        rest = quotient
    is_long = numbers >= _FIRST_OF_EIGHT
    offsets = np.zeros(len(numbers) + 1, np.int32)
    np.cumsum(9 + is_long, out=offsets[1:])
    if is_long.any():
        kept = np.ones(letters.shape, bool)
        kept[:, 2] = is_long
        data = letters[kept]
    else:
        data = np.delete(letters, 2, axis=1).ravel()
    return pa.StringArray.from_buffers(len(numbers), pa.py_buffer(offsets), pa.py_buffer(data))


def sorted_numbers(positions: Integers, total: int) -> Integers:
    """Return the numbers at positions of the list of ids 1 to `total`, sorted as text."""
    if total < _FIRST_OF_EIGHT:
        return positions + 1
    # Numbers up to the last complete group of eleven: a seven-digit number and its ten continuations.
    n_groups = (total - _FIRST_OF_EIGHT + 1) // 10
    n_partial = (total - _FIRST_OF_EIGHT + 1) % 10
    after = positions - (_FIRST_BRANCHING - 1)
    group, place = np.divmod(after, 11)
    seven = _FIRST_BRANCHING + group
    numbers = np.where(place == 0, seven, seven * 10 + place - 1)
    beyond = after - 11 * n_groups
    last = _FIRST_BRANCHING + n_groups
    partial = np.where(beyond == 0, last, last * 10 + beyond - 1)
    plain = last + beyond - n_partial
    numbers = np.where(beyond >= 0, np.where(beyond <= n_partial, partial, plain), numbers)
    return np.where(after < 0, positions + 1, numbers)
