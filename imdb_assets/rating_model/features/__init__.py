"""From drafts and histories to the feature matrix, with the same function in training and in serving.

Nothing here is fitted and no target is read, except by the as-of baseline, which is fitted on earlier years.
What a feature means is declared in `vocabulary/features.py`.
"""
