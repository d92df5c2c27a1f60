"""What each table is: name, columns, key and checks, declared once, one file per layer.

Assets, checks, tests and `docs/tables.md` read the declarations. Nothing here knows Spark or Dagster.
"""
