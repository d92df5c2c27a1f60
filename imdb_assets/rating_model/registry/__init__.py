"""The model registry in MLflow: versions, registration, verified artifacts, promotion, and the model card.

All calls to MLflow's client are here, and so is the signature of the served model (`register`). Whether a version is
good enough is decided in `evaluation/promotion_gate.py`. No code that is stored in the registry is executed.
"""
