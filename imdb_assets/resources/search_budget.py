"""Limits of the hyperparameter search."""

import dagster as dg


class SearchBudget(dg.ConfigurableResource):
    """The search ends after this number of trials or seconds, whichever comes first."""

    trials: int = 50
    seconds: int = 1800
