"""People and released films by id, name and similarity, and the reading of a draft's names.

Indexes are memory-mapped Arrow files. What a rating is belongs in `training/` or `serving/`.
"""
