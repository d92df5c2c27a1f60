"""People and released films, found by id, name and similarity, and the resolution of a draft's names to ids.

The indexes are memory-mapped Arrow files. Predicting ratings belongs in `training/` and `serving/`.
"""
