"""A scenario search as the page and the command line use it: running it on a thread, and its results as rows.

It uses neither Streamlit nor typer. The search itself is in `rating_model/scenarios/`.
"""
