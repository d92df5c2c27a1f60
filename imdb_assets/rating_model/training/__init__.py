"""Fitting the model, and the fitted objects: splits, recipe, trees, text scores, intervals, TF-IDF forest.

The fitted objects, which predict, are in `fitted_model`, `text_scores`, `conformal` and `tfidf_forest`; only these are
shipped with a registered model. Arrays in, fitted objects out: no MLflow. Model quality belongs in `evaluation/`.
"""
