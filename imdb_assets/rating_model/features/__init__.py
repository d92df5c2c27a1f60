"""From a draft and the histories to the feature matrix: the same function in training and in serving.

Nothing here is fitted and no target is read, except by the as-of baseline, which is fitted on earlier years.
"""
