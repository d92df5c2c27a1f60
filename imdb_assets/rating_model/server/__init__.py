"""The model server: MLflow's scoring protocol and a typed REST API over one version, which changes with the registry.

`python -m imdb_assets.rating_model.server.model_server` starts it. Requests are bounded and read here before MLflow or
FastAPI reads them. What a version answers is in `serving/` and `scenarios/`.
"""
