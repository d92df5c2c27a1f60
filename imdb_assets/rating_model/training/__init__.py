"""How the model is fitted: splits, recipe, trees, text scores, conformal intervals, and the TF-IDF forest.

Arrays in, fitted objects out: no MLflow. How good a model is belongs in `evaluation/`.
"""
