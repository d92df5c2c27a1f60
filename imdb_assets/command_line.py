"""Error handling of `python -m imdb_assets` and `imdb-rating`: expected errors become a message and an exit code.

Exit codes: 0 success, 1 refused or failed, 2 invalid options or settings.
"""

from collections.abc import Iterator
from contextlib import contextmanager

import typer

from imdb_assets.escaping import terminal
from imdb_assets.redaction import redacted

REFUSED, INVALID = 1, 2


def refusal(message: str, *, code: int = REFUSED) -> typer.Exit:
    """Print a message to standard error and return the exit to raise."""
    typer.echo(terminal(redacted(message)), err=True)
    return typer.Exit(code)


@contextmanager
def exit_on(*errors: type[Exception], code: int = REFUSED) -> Iterator[None]:
    """Exit with the message of an expected error instead of a traceback.

    Raises:
        typer.Exit: One of `errors` occurred inside the context.
    """
    try:
        yield
    except errors as error:
        raise refusal(str(error), code=code) from None
