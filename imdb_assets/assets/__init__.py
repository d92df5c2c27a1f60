"""The Dagster assets, one file per layer: signatures, and calls into transforms and the rating model.

Code that builds, checks and writes assets belongs in `materialization/`, code that transforms rows in `transforms/`.
"""
