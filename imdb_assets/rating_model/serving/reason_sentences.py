"""The facts behind the reasons for ratings and votes, in words: careers, films of the kind, the draft's facts."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from imdb_assets.rating_model.features.draft import MovieDraft
from imdb_assets.rating_model.features.history_table import (
    ROLE_CODES,
    HistoryTable,
    person_numbers,
    person_subjects,
)
from imdb_assets.rating_model.serving.prediction_steps import SCALE_END
from imdb_assets.rating_model.serving.rating_model import RatingModel
from imdb_assets.rating_model.training.word_points import TellingWords
from imdb_assets.vocabulary.roles import ROLE_LISTS

_MAX_NAMED = 2
_N_LATEST = 3
_LEAST_EFFECT_TOLD = 0.05
"""Films whose mean differs less from that of their kinds, in rating points, are rated like them."""
_FEWEST_ALIKE = 30
"""The mean of fewer films is not told."""


@dataclass(frozen=True)
class Sentences:
    """The facts of a draft by group of features, as reasons for its rating and for its votes.

    Sentences of groups without facts are meaningless.
    """

    rating: Mapping[str, str]
    votes: Mapping[str, str]


def sentences_of(model: RatingModel, draft: MovieDraft, facts: Mapping[str, float], words: TellingWords) -> Sentences:
    """Describe the facts of a draft.

    Args:
        model: The model, whose history and names are used.
        draft: A draft, people given as ids.
        facts: Its features.
        words: The words of its plot with the most points.
    """
    shared = {
        "length": f"{draft.runtime_minutes:,.0f} minutes." if draft.runtime_minutes else "",
        "genres": f"{', '.join(draft.genres)}.",
        "language": f"In {draft.language}.",
        "country": f"From {draft.country}.",
        "certificate": f"Certificate {draft.certificate}.",
        "team": _team_sentences(draft, facts),
    }
    rating, votes = dict(shared), dict(shared)
    for group, (of_rating, of_votes) in {
        "expectation": _kind_sentences(model, draft, float(facts["baseline_rating_with_language"])),
        "title": _title_sentences(facts),
        "story": (_plot_sentence(words), ""),
        SCALE_END: ("Ratings range from 1 to 10.", "Rated films have 5 votes or more, and fewer than ten million."),
        **{role: _people_sentences(model, draft, role) for role in ROLE_LISTS},
    }.items():
        rating[group], votes[group] = of_rating, of_votes
    return Sentences(rating, votes)


def _kind_sentences(model: RatingModel, draft: MovieDraft, baseline: float) -> tuple[str, str]:
    """Describe how released films with a draft's genres, about its length and its language are rated and seen."""
    kind = _listed(
        {"these genres": draft.genres, "about this length": draft.runtime_minutes, "this language": draft.language}
    )
    if not len(model.films):
        return f"Films with {kind} average {baseline:.1f}.", f"Films with {kind}."
    alike = model.films_alike
    films = alike.films_like(draft)
    if len(films) >= _FEWEST_ALIKE:
        return (
            f"{len(films):,} released films with {kind} average {alike.ratings[films].mean():.1f}.",
            f"Half of {len(films):,} released films with {kind} have {alike.votes_of_half(films):,} votes or more.",
        )
    counted = f"Only {len(films)} released films have" if len(films) > 1 else "Hardly any released film has"
    return (
        f"{counted} {kind}. Their rating is a guess from films with one of these facts: {baseline:.1f}.",
        f"{counted} {kind}.",
    )


def _plot_sentence(words: TellingWords) -> str:
    parts = []
    for named, verb in ((words.raising, "raise"), (words.lowering, "lower")):
        if named:
            quoted = ", ".join(f'"{word}"' for word in named)
            parts.append(f"{quoted} {verb if len(named) > 1 else f'{verb}s'} it")
    return f"Of the plot's words, {'; '.join(parts)} most." if parts else "No single word of the plot stands out."


def _listed(given: Mapping[str, object]) -> str:
    names = [name for name, fact in given.items() if fact]
    return " and ".join([", ".join(names[:-1]), names[-1]]) if len(names) > 1 else "".join(names)


def _title_sentences(facts: Mapping[str, float]) -> tuple[str, str]:
    # Earlier films of the title have votes; without earlier films the feature is 0.
    if facts["title_log_votes"] > 0:
        return (
            f"The words of the title, and its latest film, rated {facts['title_last_rating']:.1f}.",
            f"Earlier films with this title average {np.expm1(facts['title_log_votes']):,.0f} votes.",
        )
    return "The words of the title. No earlier film has this title.", "No earlier film has this title."


def _team_sentences(draft: MovieDraft, facts: Mapping[str, float]) -> str:
    """Describe how the films of all people, each in any role, were rated, and which of them they made together."""
    whose = "Their" if len({*draft.directors, *draft.writers, *draft.cast}) > 1 else "The person's"
    if not facts["team_log_weight"] > 0:
        return "Nobody has earlier rated films."
    points = facts["team_all_effect_pooled"]
    side = "above" if points > 0 else "below"
    level = f"{abs(points):.1f} points {side}" if abs(points) >= _LEAST_EFFECT_TOLD else "like"
    sentence = f"{whose} earlier films, as a whole, are rated {level} films of the same kinds."
    films = [round(float(np.expm1(facts[f"{role}_pair_films_max"]))) for role in ("writer", "cast")]
    together = [
        f"a director and {partner} made {n} earlier film{'s' if n > 1 else ''} together"
        for n, partner in zip(films, ("a writer", "a cast member"), strict=True)
        if n
    ]
    if not together:
        return sentence
    shared = " and ".join(together)
    return f"{sentence} {shared[0].upper()}{shared[1:]}."


def _people_sentences(model: RatingModel, draft: MovieDraft, role: str) -> tuple[str, str]:
    """Describe the films that the people of a role made before the draft's year, in any role."""
    nconsts: tuple[str, ...] = getattr(draft, ROLE_LISTS[role])
    if not nconsts:
        return "", ""
    subjects = person_subjects(person_numbers(np.array(nconsts, object)), ROLE_CODES["all"])
    careers = [_career(model.history.people, int(subject), draft.release_year) for subject in subjects]
    named = [
        (model.people.name(nconst), career)
        for nconst, career in zip(nconsts[:_MAX_NAMED], careers[:_MAX_NAMED], strict=True)
    ]
    others = []
    if len(nconsts) > _MAX_NAMED:
        n_known = sum(career is not None for career in careers)
        others = [f"in all, {n_known} of {len(nconsts)} have earlier rated films"]
    rated, seen = ([in_words(*one) for one in named] for in_words in (_ratings_in_words, _votes_in_words))
    return f"{'; '.join(rated + others)}.", f"{'; '.join(seen + others)}."


@dataclass(frozen=True)
class _Career:
    """A person's rated films before a year, and the latest of them: three, or more if a year has several."""

    n_films: int
    rating: float
    votes: float
    n_latest: int
    latest_rating: float
    latest_votes: float


def _career(people: HistoryTable, subject: int, year: int) -> _Career | None:
    """Return the career before a year; None without rated films."""
    n_films, ratings, votes, from_year = _totals(people, subject, year)
    if not n_films:
        return None
    n_earlier, earlier_ratings, earlier_votes = 0, 0.0, 0.0
    while from_year is not None:
        n_earlier, earlier_ratings, earlier_votes, from_year = _totals(people, subject, from_year - 1)
        if n_films - n_earlier >= _N_LATEST:
            break
    n_latest = n_films - n_earlier
    return _Career(
        n_films=n_films,
        rating=ratings / n_films,
        votes=votes,
        n_latest=n_latest,
        latest_rating=(ratings - earlier_ratings) / n_latest,
        latest_votes=votes - earlier_votes,
    )


def _totals(people: HistoryTable, subject: int, year: int) -> tuple[int, float, float, int | None]:
    """Return the number of films before a year, the sums of their ratings and votes, and the state's `from_year`."""
    state = people.state_of(subject, year)
    films = state.get("n_films", 0.0)
    if not films:
        return 0, 0.0, 0.0, None
    return int(films), films * state["mean_rating"], films * state["mean_votes"], int(state["from_year"])


def _ratings_in_words(name: str, career: _Career | None) -> str:
    if career is None:
        return f"{name} has no earlier rated films"
    latest = f"{career.latest_rating:.1f} from {career.latest_votes:,.0f} votes"
    if career.n_films == 1:
        return f"{name}'s only earlier film is rated {latest}"
    if career.n_latest == career.n_films:
        return f"{name}'s {career.n_films} earlier films average {latest}"
    return f"{name}'s last {career.n_latest} films average {latest}, all {career.n_films} average {career.rating:.1f}"


def _votes_in_words(name: str, career: _Career | None) -> str:
    if career is None:
        return f"{name} has no earlier rated films"
    latest, every = career.latest_votes / career.n_latest, career.votes / career.n_films
    if career.n_films == 1:
        return f"{name}'s only earlier film has {latest:,.0f} votes"
    if career.n_latest == career.n_films:
        return f"{name}'s {career.n_films} earlier films average {latest:,.0f} votes"
    return (
        f"{name}'s last {career.n_latest} films average {latest:,.0f} votes, all {career.n_films} average {every:,.0f}"
    )
