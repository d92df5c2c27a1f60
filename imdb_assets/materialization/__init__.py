"""How an asset is made: fingerprints, checks, the commit, lineage, metadata, plots and retries.

All Dagster machinery that is not an asset lives here. It knows tables and resources, and no particular asset.
"""
