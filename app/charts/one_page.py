"""The result of a draft as one page, to print or send: rating, interval, facts, reasons and similar films."""

import io
import textwrap
from collections.abc import Sequence
from dataclasses import dataclass

from matplotlib.backends.backend_pdf import FigureCanvasPdf
from matplotlib.figure import Figure

from app.charts.theme import LIGHT
from app.vote_words import about
from imdb_assets.rating_model.serving.explanation import LABELS, Reason
from imdb_assets.rating_model.serving.prediction import Prediction

_A4_INCHES = (8.27, 11.69)
_LEFT, _RIGHT = 0.09, 0.91
_LINE, _FOOTER = 0.0175, 0.085
# Characters of a line over the whole width.
_WIDE = 108
_SHOWN_REASONS, _PLOT_LINES = 8, 6
_SHORTENED = " ..."


@dataclass(frozen=True)
class Page:
    """What the page shows.

    Attributes:
        title: Title of the film.
        facts: Label and text of each fact that was given.
        prediction: The answer to the draft.
        average: The rating of a film of which only the year is known.
        reasons: Largest first.
        similar: A line per similar film.
        footer: Version, date and address, a line each.
    """

    title: str
    facts: Sequence[tuple[str, str]]
    prediction: Prediction
    average: float
    reasons: Sequence[Reason]
    similar: Sequence[str]
    footer: Sequence[str]


def one_page_pdf(page: Page) -> bytes:
    """Draw a page as a PDF file, A4. Text is drawn as it is: it is neither Markdown nor mathematics."""
    figure = Figure(figsize=_A4_INCHES)
    canvas = FigureCanvasPdf(figure)
    top = _heading(figure, page)
    top = _interval(figure, page.prediction, top)
    top = _facts(figure, page.facts, top)
    top = _reasons(figure, page, top)
    notes = [line for warning in page.prediction.warnings for line in textwrap.wrap(warning, _WIDE)]
    top = _list(figure, "Please note", notes, top)
    _list(figure, "Similar released films", [one_line(film, _WIDE) for film in page.similar], top)
    for number, line in enumerate(reversed(page.footer)):
        link = line if line.startswith("http") else None
        _text(figure, _LEFT, 0.035 + number * 0.014, one_line(line, 118), size=7.5, color=LIGHT.quiet, link=link)
    file = io.BytesIO()
    canvas.print_pdf(file, metadata={"Title": page.title, "Creator": "IMDb rating platform"})
    return file.getvalue()


def _heading(figure: Figure, page: Page) -> float:
    answer = page.prediction
    _text(figure, _LEFT, 0.945, one_line(page.title, 46), size=20, weight="bold")
    _text(figure, _LEFT, 0.885, f"{answer.rating:.1f}", size=40, weight="bold", color=LIGHT.ink)
    _text(
        figure, _LEFT + 0.15, 0.902, f"expected IMDb rating. 4 out of 5 such films end up between {answer.low_80:.1f} "
        f"and {answer.high_80:.1f}.", size=10,
    )  # fmt: skip
    votes = f"About {about(answer.votes)} votes are likely: 1,000 or more with a probability of"
    _text(figure, _LEFT + 0.15, 0.884, f"{votes} {answer.probability_1000:.0%}.", size=10, color=LIGHT.quiet)
    return 0.858


def _interval(figure: Figure, answer: Prediction, top: float) -> float:
    axes = figure.add_axes((_LEFT, top - 0.05, _RIGHT - _LEFT, 0.035))
    axes.barh(0, answer.high_80 - answer.low_80, left=answer.low_80, height=0.6, color=LIGHT.band)
    axes.plot([answer.rating], [0], "o", color=LIGHT.ink, markersize=9)
    axes.set(xlim=(1, 10), xticks=range(1, 11), yticks=[])
    axes.tick_params(length=0, labelsize=8, colors=LIGHT.quiet)
    axes.spines[:].set_visible(False)
    return top - 0.085


def _facts(figure: Figure, facts: Sequence[tuple[str, str]], top: float) -> float:
    for label, text in facts:
        lines = textwrap.wrap(text, 84) or [""]
        _text(figure, _LEFT, top, label, size=9, color=LIGHT.quiet)
        for line in _first(lines, _PLOT_LINES):
            _text(figure, _LEFT + 0.15, top, line, size=9)
            top -= _LINE
    return top - _LINE


def _reasons(figure: Figure, page: Page, top: float) -> float:
    if not page.reasons:
        return top
    _text(figure, _LEFT, top, "Why?", size=12, weight="bold")
    start = (
        f"A film of which only the year is known: {page.average:.2f}. The points of all reasons, "
        "which raise it (+) or lower it (-), add up to the rating."
    )
    for line in textwrap.wrap(start, 92):
        _text(figure, _LEFT + 0.15, top, line, size=8.5, color=LIGHT.quiet)
        top -= _LINE
    top -= 0.4 * _LINE
    longest = max(abs(reason.points) for reason in page.reasons) or 1.0
    for reason in page.reasons[:_SHOWN_REASONS]:
        color = LIGHT.up if reason.points >= 0 else LIGHT.down
        _text(figure, _LEFT, top, LABELS[reason.group], size=9)
        _text(figure, _LEFT + 0.15, top, f"{reason.points:+.2f}", size=9, weight="bold", color=color)
        axes = figure.add_axes((_LEFT + 0.215, top - 0.002, 0.115, 0.011))
        axes.barh(0, abs(reason.points) / longest, color=color)
        axes.set(xlim=(0, 1), xticks=[], yticks=[])
        axes.spines[:].set_visible(False)
        for line in textwrap.wrap(textwrap.shorten(reason.sentence, 190, placeholder=_SHORTENED), 66) or [""]:
            _text(figure, _LEFT + 0.35, top, line, size=8.5)
            top -= _LINE
    return top - _LINE


def _list(figure: Figure, heading: str, lines: Sequence[str], top: float) -> float:
    """Write as many lines as there is room for above the footer."""
    n_lines = int((top - _FOOTER) / _LINE - 1.4)
    if not lines or n_lines < 1:
        return top
    shown = _first(lines, n_lines)
    _text(figure, _LEFT, top, heading, size=12, weight="bold")
    for number, line in enumerate(shown):
        _text(figure, _LEFT, top - (number + 1.4) * _LINE, line, size=8.5)
    return top - (len(shown) + 2.4) * _LINE


def _first(lines: Sequence[str], most: int) -> Sequence[str]:
    return lines if len(lines) <= most else [*lines[: most - 1], lines[most - 1] + _SHORTENED]


def one_line(text: str, most: int) -> str:
    """Shorten a text to a number of characters, between words if it has several."""
    # An address is one long word, which `textwrap.shorten` would leave out.
    return text if len(text) <= most else "".join(textwrap.wrap(text, most - len(_SHORTENED))[:1]) + _SHORTENED


def _text(
    figure: Figure,
    x: float,
    y: float,
    text: str,
    *,
    size: float,
    color: str = LIGHT.text,
    weight: str = "normal",
    link: str | None = None,
) -> None:
    figure.text(x, y, text, fontsize=size, color=color, fontweight=weight, parse_math=False, url=link)
