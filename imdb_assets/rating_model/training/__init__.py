"""How the model is fitted: splits, recipe, trees, text scores, prediction intervals and the TF-IDF forest. No MLflow.

`fit_<name>` fits and `<name>` predicts (trees: `fit`, `fitted_model`); only what predicts is shipped with a model.
`fit_intervals` measures the errors, `intervals` holds the levels and the limits of the width. The choice of held-out
films (`rolling_origin`) and the measurement of quality belong in `evaluation/`.
"""
