"""From a draft to an answer: rating, interval, reasons, similar films and warnings, and the MLflow pyfunc.

`answers` assembles an answer and adds version, reasons and similar films. The columns of the prediction itself are in
`rating_model`, the words of reasons in `explanation`. Nothing is fitted here. Comparing two drafts and detecting
unusual ones are for the app and the scenario search.
"""
