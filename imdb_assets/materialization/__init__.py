"""Dagster machinery: fingerprints, checks, commits, column lineage, metadata, plots, progress, and retries of steps.

All Dagster code other than assets belongs here. It depends on tables and resources. Assets pass in their
transforms, and the assets themselves belong in `assets/`.
"""
