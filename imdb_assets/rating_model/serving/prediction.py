"""The answer to one draft, without the packages that compute it."""

from dataclasses import dataclass, fields

MODEL_NAME = "imdb_rating"
"""The name of the registered model."""
MODEL_VERSION = "model_version"
"""The answer's column with the version of the model."""
RATING_COLUMNS = ("rating", "low_80", "high_80", "low_90", "high_90")
"""The columns of an answer that are ratings, 1 to 10."""


@dataclass(frozen=True)
class Prediction:
    """The answer to one draft.

    Attributes:
        rating: The predicted rating for the draft's audience, 1 to 10.
        low_80: Lower end of the 80% interval of the rating.
        high_80: Upper end of the 80% interval.
        low_90: Lower end of the 90% interval.
        high_90: Upper end of the 90% interval.
        votes: Predicted number of votes, whatever the audience.
        votes_low_80: Lower end of the 80% interval of the votes.
        votes_high_80: Upper end of the 80% interval of the votes.
        probability_100: Probability, 0 to 1, that the film reaches 100 votes.
        probability_1000: Probability, 0 to 1, that the film reaches 1,000 votes.
        warnings: Sentences for the user.
    """

    rating: float
    low_80: float
    high_80: float
    low_90: float
    high_90: float
    votes: float
    votes_low_80: float
    votes_high_80: float
    probability_100: float
    probability_1000: float
    warnings: tuple[str, ...]


OUTPUT_COLUMNS = tuple(field.name for field in fields(Prediction))
"""The columns of an answer."""
