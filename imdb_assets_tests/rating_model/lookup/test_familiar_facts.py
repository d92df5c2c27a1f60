import pyarrow as pa
import pytest

from imdb_assets.rating_model.features.draft import MovieDraft
from imdb_assets.rating_model.lookup.familiar_facts import FamiliarFacts

PLOT = "A woman returns to the island of her childhood and finds an old letter."
N_FILMS = 1000


def films(n: int = N_FILMS) -> pa.Table:
    """Films of 1950 to 2024 and of 70 to 170 minutes, one of them much longer, all but one in English."""
    minutes = [70.0 + number % 101 for number in range(n - 1)] + [600.0]
    languages = [*["English"] * (n - 1), "Latin"]
    years = [1950 + number % 75 for number in range(n)]
    return pa.table({"release_year": years, "runtime_minutes": minutes, "language": languages, "plot": [PLOT] * n})


@pytest.fixture(scope="module")
def facts() -> FamiliarFacts:
    return FamiliarFacts.of_films(films())


@pytest.mark.parametrize(
    ("field", "value", "sentence"),
    [
        (
            "release_year",
            1900,
            "The oldest film that the model knows is of 1950. The rating of a film of 1900 is a guess",
        ),
        (
            "release_year",
            2100,
            "The newest film that the model knows is of 2024. The rating of a film of 2100 is a guess",
        ),
        ("runtime_minutes", 1.0, "No released film is this short: 1 minutes."),
        ("runtime_minutes", 1000.0, "No released film is this long: 1,000 minutes."),
        ("language", "Latin", "Only one released film is in Latin."),
        ("language", "Welsh", "No released film is in Welsh."),
        ("plot", "xq zzv krumpf oolb wemt", "None of the 5 different words of the plot are known"),
        ("plot", "Eine Frau kehrt auf die Insel ihrer Kindheit zurück", "None of the 9 different words"),
    ],
)
def test_a_fact_unlike_those_of_released_films_is_named(
    facts: FamiliarFacts, field: str, value: object, sentence: str
) -> None:
    [warning] = facts.warnings(MovieDraft.model_validate({"release_year": 2027, field: value}))
    assert warning.startswith(sentence)


@pytest.mark.parametrize(
    "fields",
    [
        {}, {"runtime_minutes": 70.0}, {"runtime_minutes": 169.0}, {"language": "English"},
        {"release_year": 1950}, {"release_year": 2034}, {"plot": "A letter returns to the old woman."},
        {"plot": "zzv krumpf"},
    ],
)  # fmt: skip
def test_ordinary_facts_give_no_warning(facts: FamiliarFacts, fields: dict[str, object]) -> None:
    assert not facts.warnings(MovieDraft.model_validate({"release_year": 2027} | fields))


def test_few_films_say_nothing_about_what_is_rare() -> None:
    strange = MovieDraft(release_year=2100, runtime_minutes=1000.0, language="Welsh", plot="xq zzv krumpf oolb wemt")
    assert not FamiliarFacts.of_films(films(100)).warnings(strange)
