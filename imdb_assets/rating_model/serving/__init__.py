"""From a draft to an answer: rating, interval, reasons, similar films and warnings; the MLflow pyfunc.

The code here is shipped with the registered model. It fits nothing and searches nothing.
"""
