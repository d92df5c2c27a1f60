"""Compiles functions with Numba and keeps their machine code on disk where that is possible."""

from collections.abc import Callable
from typing import Any

from numba import njit


def compiled(**options: Any) -> Callable[[Any], Any]:
    """Compile a function with Numba on its first call, without the GIL and with NumPy's division by zero.

    Args:
        options: Further options of `numba.njit`, such as `fastmath`.

    Returns:
        A decorator. The machine code is cached on disk where Numba finds a writable folder. Without one, every process
        compiles it again.
    """

    def decorate(function: Callable) -> Callable:
        try:
            return njit(cache=True, nogil=True, error_model="numpy", **options)(function)
        except RuntimeError:  # Numba has no writable cache folder.
            return njit(nogil=True, error_model="numpy", **options)(function)

    return decorate
