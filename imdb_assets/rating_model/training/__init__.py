"""How the model is fitted: splits, recipe, trees, text scores, prediction intervals and the TF-IDF forest. No MLflow.

`fit_<name>` fits and `<name>` predicts (trees: `fit`, `fitted_model`); only what predicts is shipped with a model.
`fit_intervals` decides how wide a film's interval is, `intervals` holds the levels and applies them. The choice of
held-out films (`rolling_origin`) and the measurement of quality belong in `evaluation/`.
"""
