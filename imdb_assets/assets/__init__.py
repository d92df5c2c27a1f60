"""The Dagster assets, one file per layer: signatures, and calls into transforms and the rating model.

How an asset is made, checked and written belongs in `materialization/`; how rows change in `transforms/`.
"""
