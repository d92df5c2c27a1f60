"""The model registry in MLflow: versions, registration, run artifacts, promotion, and the model card.

All calls to MLflow's client are here. Whether a version may be promoted is decided in `evaluation/`.
"""
