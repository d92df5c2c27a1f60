"""How good a model is: rolling origin, metrics, slices, baselines, missingness, leak audit, promotion gate.

Predictions in, figures and verdicts out: no MLflow and no Dagster.
"""
