"""How the model is fitted: splits, recipe, trees, text scores, prediction intervals and the TF-IDF forest. No MLflow.

`fit_<name>` fits and `<name>` predicts (for the trees: `fit` and `fitted_model`). `fit_intervals` measures the errors,
`intervals` holds the levels and the limits of the width. Only what predicts is shipped with a registered model. Model
quality belongs in `evaluation/`, and so does the choice of the held-out films from which the intervals are measured
(`rolling_origin`).
"""
