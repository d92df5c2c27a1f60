"""From a draft to an answer: rating, interval, reasons, similar films and warnings, and the MLflow pyfunc.

`answers` adds version, reasons and similar films to a prediction, whose columns are in `rating_model`. The numbers of
reasons are in `prediction_steps`, their words in `reason_sentences`. Nothing is fitted here. Comparing two drafts and
detecting unusual ones are for the app and the scenario search.
"""
