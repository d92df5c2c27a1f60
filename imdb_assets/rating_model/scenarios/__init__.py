"""The search for the best variants of a draft: constraints, exact search, beam search, and their compiled kernel.

The served model does not need it. This folder alone depends on numba.
"""
