"""The compiled kernel of the scenario search: rates combinations of people without building their feature matrix.

Numba functions and the arrays they read. Nothing here reads the history, resolves names or handles constraints by name.
docs/scenario-kernel.md explains the algorithm.
"""
