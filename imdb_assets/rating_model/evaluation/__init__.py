"""How good a model is: predictions, metrics, slices, baselines, rolling origin, leak audit, promotion gate.

Films and predictions in, figures and verdicts out. Logging them belongs in `registry/`, charts in `materialization/`.
"""
