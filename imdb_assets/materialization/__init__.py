"""Dagster machinery: fingerprints, checks, commits, column lineage, metadata, plots, progress, and retries of steps.

Everything of Dagster that is not an asset belongs here. It depends on tables and resources. Assets pass in their
transforms, and the assets themselves belong in `assets/`.
"""
