"""The search for the best variants of a draft: constraints, exact search, beam search, and their compiled kernel.

The served model does not need this package, and only this package depends on numba.
"""
