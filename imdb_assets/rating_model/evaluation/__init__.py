"""Model evaluation: predictions, metrics, slices, baselines, rolling origin, leak audit, promotion gate.

Functions take films and predictions and return metrics and verdicts. Logging them belongs in `registry/`, charts in
`materialization/`.
"""
