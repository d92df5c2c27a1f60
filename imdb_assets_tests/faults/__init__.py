"""Fault injection: one test for each promised behaviour under a fault, with the real part broken.

The tests are named `test_fNN_...` after the table of faults in `docs/operations.md`.
"""
