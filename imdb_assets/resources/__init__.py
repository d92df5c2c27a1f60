"""The external systems, one per file: the lake's storage, Spark, Delta, IMDb, OMDb, MLflow and alerts.

A resource offers a few operations in the domain's words. Credentials, addresses and retries stay here.
Decisions about films and ratings do not: they belong in `vocabulary/`, `transforms/` and `rating_model/`.
"""
