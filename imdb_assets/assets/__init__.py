"""The Dagster assets, one file per layer: signatures, and calls into transforms and the rating model.

How every asset is made, checked and written belongs in `materialization/`; how rows change in `transforms/`. A check of
one asset is named here, its result is made in `materialization/row_checks.py`. Keys and bounds are in `tables/`.
"""
