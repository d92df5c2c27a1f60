"""Arrays without reference counts, for compiled functions whose caller keeps the arrays alive.

Reading an array from a named tuple costs two atomic updates of its reference count. In functions that run for every
combination these took a third of the time.
"""

from collections.abc import Iterable
from typing import Any

from numba import types
from numba.core import cgutils
from numba.extending import intrinsic


@intrinsic
def borrowed(_typing_context: Any, value: Any = None) -> Any:
    """Return an array, or a tuple of arrays and numbers, without references to its owners.

    The caller keeps the owners alive as long as the result is used.
    """

    def generate(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        return _without_owner(context, builder, signature.return_type, arguments[0])

    return value(value), generate


def _without_owner(context: Any, builder: Any, kind: Any, value: Any) -> Any:
    if isinstance(kind, types.Array):
        array = context.make_array(kind)(context, builder, value)
        array.meminfo = cgutils.get_null_value(array.meminfo.type)
        array.parent = cgutils.get_null_value(array.parent.type)
        return array._getvalue()  # noqa: SLF001 - Numba's own way to read a struct
    if isinstance(kind, Iterable):  # The types of a tuple's elements.
        parts = zip(kind, cgutils.unpack_tuple(builder, value), strict=True)
        return context.make_tuple(builder, kind, [_without_owner(context, builder, *part) for part in parts])
    return value
