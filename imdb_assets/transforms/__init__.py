"""How rows change: pure PySpark functions, one file per layer, named for the table that they return.

No reading, writing, counting, clock or Dagster.
"""
