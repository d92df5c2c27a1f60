"""From a draft to an answer: rating, interval, reasons, similar films and warnings, and the MLflow pyfunc.

Nothing is fitted here. The comparison of two drafts and the novelty check serve the app and the scenario search.
"""
