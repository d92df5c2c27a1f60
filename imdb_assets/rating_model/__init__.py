"""The rating model, from a draft to a predicted rating. It uses neither Spark nor Dagster.

`test_architecture.py` lists which folders each folder may import. A registered model ships the files that
`serving/pyfunc.py` imports, and nothing else.
"""
