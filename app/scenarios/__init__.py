"""A scenario search as the page and the command line use it: running it on a thread, and its results as rows.

No Streamlit and no typer. The search itself is in `rating_model/scenarios/`.
"""
