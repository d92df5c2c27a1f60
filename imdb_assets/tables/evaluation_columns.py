"""Columns of evaluation results, shared by the declarations of their tables."""

from imdb_assets.tables.table import Column

_NO_INTERVAL = "null for a model without intervals"
_FLAT_TARGET, _FLAT_PREDICTION = "null if the targets do not vary", "null if the predictions do not vary"


def interval(name: str, *, null_note: str | None = None) -> tuple[Column, Column]:
    """Declare both ends of the 95% bootstrap interval of a number."""
    suffix = f"; {null_note}." if null_note else "."
    low, high = (
        Column(
            name=f"{name}_{end}",
            type="double",
            comment=f"{which} end of the 95% bootstrap interval of {name}{suffix}",
            nullable=null_note is not None,
        )
        for end, which in (("low", "Lower"), ("high", "Upper"))
    )
    return low, high


def number(name: str, comment: str, *, null_note: str | None = None) -> Column:
    """Declare a number; `null_note` says when it is null."""
    text = f"{comment}; {null_note}." if null_note else f"{comment}."
    return Column(name=name, type="double", comment=text, nullable=null_note is not None)


N_FILMS = Column(name="n", type="int", comment="Number of films.", nullable=False)


def metric_columns(target: str, unit: str) -> tuple[Column, ...]:
    """Declare the columns of `Metrics` in `rating_model/evaluation/metrics.py`, in the same order.

    Args:
        target: What is predicted, such as `target rating`.
        unit: Its unit, such as `rating points`.
    """
    return (
        N_FILMS,
        number("rmse", f"Root mean squared error, {unit}"),
        *interval("rmse"),
        number("mae", f"Mean absolute error, {unit}"),
        number("r2", "Coefficient of determination", null_note=_FLAT_TARGET),
        *interval("r2", null_note=_FLAT_TARGET),
        number("spearman", "Spearman's rank correlation", null_note="null if targets or predictions do not vary"),
        number(
            "slope",
            "Calibration slope: regression of target on prediction (1 is calibrated)",
            null_note=_FLAT_PREDICTION,
        ),
        *interval("slope", null_note=_FLAT_PREDICTION),
        number("bias", f"Mean of predicted minus {target}, {unit}"),
        number("coverage_80", f"Share of films whose {target} lies in the 80% interval", null_note=_NO_INTERVAL),
        *interval("coverage_80", null_note=_NO_INTERVAL),
        number("width_80", f"Mean width of the 80% interval, {unit}", null_note=_NO_INTERVAL),
        number("coverage_90", f"Share of films whose {target} lies in the 90% interval", null_note=_NO_INTERVAL),
        number("width_90", f"Mean width of the 90% interval, {unit}", null_note=_NO_INTERVAL),
    )


RATING_METRICS = metric_columns("target rating", "rating points")
MODEL = Column(name="model", type="string", comment="Name of the model or baseline.", nullable=False)
POPULATION = Column(
    name="population",
    type="string",
    comment="Films that are scored: votes_1000, votes_100 (at least that many votes) or all.",
    nullable=False,
)
