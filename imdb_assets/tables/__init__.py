"""Table declarations: name, columns, key and constraints of each Delta table, one file per layer.

Assets, checks, tests and `docs/tables.md` read the declarations. No rows, no Spark and no Dagster here. Word lists and
features belong in `vocabulary/`.
"""
