"""The transforms: pure PySpark functions, one file per layer, each named after the table it returns.

Spark's Python workers parse lines of IMDb's datasets with Arrow (`line_parser`), and read OMDb's responses, which stay
JSON text in bronze (`omdb_facts`). A transform neither reads nor writes, counts no rows, and uses neither the clock nor
Dagster. Columns are declared in `tables/`, word lists in `vocabulary/`.
"""
