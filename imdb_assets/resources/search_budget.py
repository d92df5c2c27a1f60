"""How much the search for a better recipe may spend."""

import dagster as dg


class SearchBudget(dg.ConfigurableResource):
    """The end of a search: so many trials, or so many seconds, whichever comes first."""

    trials: int = 50
    seconds: int = 1800
