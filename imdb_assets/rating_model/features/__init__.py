"""Computes the feature matrix from drafts and histories, with the same function in training and in serving.

Nothing here is fitted or reads a target, except the as-of baseline, which is fitted on earlier years.
`vocabulary/features.py` declares the meaning of each feature.
"""
