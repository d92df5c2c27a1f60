"""From a draft to an answer: rating, interval, reasons, similar films and warnings, and the MLflow pyfunc.

Nothing is fitted here. Comparing two drafts and detecting unusual ones are for the app and the scenario search.
"""
