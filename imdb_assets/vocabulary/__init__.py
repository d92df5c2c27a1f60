"""Domain vocabulary: genres, languages, countries, certificates, roles, title types, title stems and model features.

A feature about people of a new role, such as composers, starts in `roles`, every other feature in `features`. Only
plain values, dataclasses and functions on text, shared by Spark and by the served model. Table declarations belong in
`tables/`, computations in `transforms/` and `rating_model/`. Imports nothing outside this folder.
"""
