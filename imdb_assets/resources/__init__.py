"""The outside world, one file per system: the lake, Spark, IMDb, OMDb, MLflow, alerts.

A resource offers a few verbs in the domain's words. Credentials, addresses and retries stay here.
"""
