"""The transforms: pure PySpark functions, one file per layer, each named after the table it returns.

Lines of IMDb's datasets are parsed with Arrow in Spark's Python workers (`line_parser`). OMDb's responses stay JSON
text in bronze; `silver` selects the fields that become columns. A transform neither reads nor writes, counts no rows,
and uses neither the clock nor Dagster. Columns are declared in `tables/`, word lists in `vocabulary/`.
"""
