"""The requests and answers of the typed API, from which FastAPI writes the OpenAPI document."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field, WrapValidator

from imdb_assets.rating_model.features.draft import MovieDraft
from imdb_assets.rating_model.scenarios.constraints import Ranking
from imdb_assets.rating_model.scenarios.search import Scenario
from imdb_assets.rating_model.serving.answers import MAX_DRAFTS, MAX_SIMILAR_FILMS
from imdb_assets.rating_model.serving.explanation import Reason, VoteReason
from imdb_assets.rating_model.serving.prediction import Prediction
from imdb_assets.rating_model.serving.similar_films import SimilarFilm

MAX_SCENARIOS = 1_000
"""Scenarios per answer."""
_EXAMPLE_DRAFT = {
    "title": "The Lighthouse", "release_year": 2027, "runtime_minutes": 104, "genres": ["Drama", "Mystery"],
    "plot": "A woman returns to the island of her childhood.", "language": "French", "directors": ["Agnès Varda"],
    "audience": "1000",
}  # fmt: skip


def _unread(value: object, _: object) -> object:
    return value


# FastAPI describes the draft, and `read_draft` reads it: a draft that is refused must not refuse the others.
Draft = Annotated[MovieDraft, WrapValidator(_unread)]


class _Request(BaseModel, extra="forbid", strict=True):
    pass


class PredictionRequest(_Request):
    """Drafts to predict."""

    model_config = ConfigDict(
        json_schema_extra={"examples": [{"drafts": [_EXAMPLE_DRAFT], "explain": True, "similar": 3}]}
    )

    drafts: list[Draft] = Field(min_length=1, max_length=MAX_DRAFTS)
    explain: bool = Field(default=False, description="Whether to add the reasons for each rating and number of votes.")
    similar: int = Field(default=0, ge=0, le=MAX_SIMILAR_FILMS, description="Similar released films per draft.")


class Candidates(_Request):
    """Candidates for a role: `size` of these people, by name or IMDb id."""

    people: list[str]
    size: int = 1


class ScenarioRequest(_Request):
    """A draft, and what may vary in it. An axis that is left out keeps the draft's value."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "draft": {"release_year": 2027, "genres": ["Drama"]},
                    "directors": {"people": ["Agnès Varda", "Jo New"]},
                    "cast": {"people": ["Ana Roe", "Basil Dull", "Kim Unknown"], "size": 2},
                    "runtimes": [95, 120],
                    "constraints": [{"apart": ["Agnès Varda", "Ana Roe"]}, {"at_most_newcomers": 1}],
                    "best": 5,
                }
            ]
        }
    )

    draft: Draft
    directors: Candidates | None = None
    writers: Candidates | None = None
    cast: Candidates | None = None
    genres: list[list[str]] | None = Field(default=None, description="Alternative lists of genres.")
    runtimes: list[float | str] | None = Field(default=None, description="Alternative running times in minutes.")
    years: list[int] | None = Field(default=None, description="Alternative years of release.")
    languages: list[str] | None = Field(default=None, description="Alternative languages.")
    constraints: list[dict[str, Any]] | None = Field(
        None,
        description='`{"must_have": [people]}`, `{"without": [people]}`, `{"apart": [people]}`, '
        '`{"at_most": 1, "of": [people]}` or `{"at_most_newcomers": 1}`.',
    )
    best: int = Field(default=10, ge=1, le=MAX_SCENARIOS, description="Scenarios to return.")
    rank_by: Ranking = Field(
        default=Ranking.RATING, description="The expected rating, or the lower end of its 80% interval."
    )

    @property
    def search(self) -> dict[str, Any]:
        """The search without `best` and `rank_by`, as a scenario file has it."""
        return {"draft": self.draft, **self.model_dump(exclude={"draft", "best", "rank_by"}, exclude_none=True)}


@dataclass(frozen=True, kw_only=True)
class AnsweredDraft(Prediction):
    """The answer to a draft.

    Attributes:
        row: The draft's place in the request, from 1.
        average: With `explain`, the rating of a film of which only the year is known.
        reasons: With `explain`, whose points add up from `average` to the rating.
        average_votes: With `explain`, the predicted number of votes of a film of which only the year is known.
        vote_reasons: With `explain`, whose factors multiply up from `average_votes` to `votes`.
        similar: With `similar`, similar released films.
    """

    row: int
    average: float | None = None
    reasons: tuple[Reason, ...] | None = None
    average_votes: float | None = None
    vote_reasons: tuple[VoteReason, ...] | None = None
    similar: tuple[SimilarFilm, ...] | None = None


@dataclass(frozen=True)
class InvalidField:
    """Why a draft was refused.

    Attributes:
        message: Field, value and what is allowed, in one sentence.
        field: The field; None if the draft is not an object.
        value: Its value as text, shortened; None if it is missing.
        expected: What is allowed.
    """

    message: str
    field: str | None = None
    value: str | None = None
    expected: str | None = None


@dataclass(frozen=True)
class RefusedDraft:
    """A draft that is invalid. The others of its request are answered.

    Attributes:
        row: The draft's place in the request, from 1.
        error: The reason.
    """

    row: int
    error: InvalidField


@dataclass(frozen=True)
class PredictionAnswer:
    """The answers, in the order of the drafts, of one version of the model."""

    model: str
    model_version: str
    n_refused: int
    predictions: list[AnsweredDraft | RefusedDraft]
    notes: tuple[str, ...]


@dataclass(frozen=True)
class ScenarioAnswer:
    """The best scenarios, the best first.

    Attributes:
        best: The scenarios, people as IMDb ids.
        people: Name, year of birth and best-known film by id.
    """

    model: str
    model_version: str
    n_combinations: int
    n_allowed: int
    best: tuple[Scenario, ...]
    people: Mapping[str, str]
    warnings: tuple[str, ...]


@dataclass(frozen=True)
class FoundPerson:
    """A person of the index; `label` distinguishes people of one name."""

    nconst: str
    name: str
    label: str
    birth_year: int | None
    professions: tuple[str, ...]
    roles: tuple[str, ...]
    n_rated_movies: int
    known_movies: tuple[str, ...]


@dataclass(frozen=True)
class ServerVersion:
    """What answers.

    Attributes:
        model: Name of the registered model.
        alias: The alias that the server follows.
        model_version: The version that answers.
        snapshot_date: The day of IMDb's data that it was trained on; None if the version does not tell.
        registered: When it was registered, UTC.
        program: Version of this program.
    """

    model: str
    alias: str
    model_version: str
    snapshot_date: str | None
    registered: str
    program: str


@dataclass(frozen=True)
class Health(ServerVersion):
    """What answers, and whether it is what the registry wants: `degraded` if another version could not be used."""

    status: str
    notes: tuple[str, ...]


@dataclass(frozen=True)
class ApiError:
    """Why a request as a whole was refused."""

    error_code: str
    message: str
