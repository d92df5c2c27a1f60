"""Numbers of IMDb votes and the factors between them, in words: no more digits than a prediction deserves."""

_TIMES = "\N{MULTIPLICATION SIGN}"
_FEW_DIGITS = 10


def about(votes: float) -> str:
    """Return a number of votes with two significant digits."""
    return f"{float(f'{votes:.2g}'):,.0f}"


def times(factor: float) -> str:
    """Return a factor after a multiplication sign: 2.10, 0.48, 14."""
    return f"{_TIMES} {factor:,.0f}" if factor >= _FEW_DIGITS else f"{_TIMES} {factor:.2f}"
