"""The rating model, from a draft to a rating: no Spark and no Dagster.

Each folder may import only the folders that `test_architecture.py` allows; the served model ships what it needs.
"""
