"""The model registry in MLflow: versions, registration, run artifacts, promotion, and the model card.

All calls to MLflow's client are here, and so is the signature of the served model (`register`). Whether a version is
good enough is decided in `evaluation/promotion_gate.py`; `promotion` refuses only versions that were rolled back.
"""
