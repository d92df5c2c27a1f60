"""The external systems, one per file: the lake's storage, Spark, Delta, IMDb, OMDb, MLflow and alerts.

A resource offers a few operations in the domain's words. Credentials, addresses and retries of requests stay here;
retries and failures of a step belong in `materialization/`. Decisions about films and ratings belong in `vocabulary/`,
`transforms/` and `rating_model/`.
"""
