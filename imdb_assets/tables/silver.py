"""The silver tables: movies, people, credits and the like, one row each, with the platform's column names."""

from dataclasses import replace

from imdb_assets.tables import shared_columns
from imdb_assets.tables.table import Column, Table
from imdb_assets.vocabulary.roles import ROLES

TCONST = replace(shared_columns.TCONST, check="tconst LIKE 'tt%'")
NCONST = replace(shared_columns.NCONST, check="nconst LIKE 'nm%'")
PRIMARY_TITLE = Column(name="primary_title", type="string", comment="The most widely used title.")
ORIGINAL_TITLE = Column(name="original_title", type="string", comment="The title in the original language.")
IS_ADULT = Column(name="is_adult", type="boolean", comment="True for an adult title.")
RELEASE_YEAR = replace(shared_columns.RELEASE_YEAR, nullable=True)
RUNTIME_MINUTES = Column(name="runtime_minutes", type="int", comment="Running time, minutes.")
GENRES = Column(name="genres", type="array<string>", comment="IMDb genres; null if unknown.")

MOVIES = Table(
    layer="silver",
    name="movies",
    description="Feature films; one row per IMDb title of type `movie`.",
    primary_key=("tconst",),
    columns=(TCONST, PRIMARY_TITLE, ORIGINAL_TITLE, IS_ADULT, RELEASE_YEAR, RUNTIME_MINUTES, GENRES),
)

RATINGS = Table(
    layer="silver",
    name="ratings",
    description="Average rating and number of votes; one row per rated title of any type.",
    primary_key=("tconst",),
    columns=(
        TCONST,
        Column(
            name="average_rating",
            type="double",
            comment="IMDb's average rating, 1 to 10.",
            nullable=False,
            check="average_rating BETWEEN 1 AND 10",
        ),
        Column(name="n_votes", type="int", comment="Number of votes.", nullable=False, check="n_votes >= 0"),
        Column(
            name="snapshot_date", type="date", comment="Date of the snapshot that contains the rating.", nullable=False
        ),
    ),
)

RATING_HISTORY = Table(
    layer="silver",
    name="rating_history",
    description="Changes in ratings over time, which IMDb does not publish; one row per title and snapshot whose rating or "
    "votes differ from the title's previous row. Titles that IMDb removes keep their rows.",
    primary_key=("tconst", "snapshot_date"),
    columns=RATINGS.columns,
)

PEOPLE = Table(
    layer="silver",
    name="people",
    description="People; one row per IMDb person.",
    primary_key=("nconst",),
    columns=(
        NCONST,
        Column(name="primary_name", type="string", comment="Name under which the person is most often credited."),
        Column(name="birth_year", type="int", comment="Year of birth."),
        Column(name="death_year", type="int", comment="Year of death."),
        Column(name="professions", type="array<string>", comment="Up to three professions."),
        Column(
            name="known_for_tconsts",
            type="array<string>",
            comment="Ids of titles the person is known for; never a feature.",
        ),
    ),
)

CREDITS = Table(
    layer="silver",
    name="credits",
    description="Movie credits from principals and crew combined; one row per movie, person and role.",
    primary_key=("tconst", "nconst", "role"),
    columns=(
        TCONST,
        NCONST,
        Column(
            name="role",
            type="string",
            comment="director, writer or cast.",
            nullable=False,
            check=f"role IN {ROLES}",
        ),
        Column(
            name="billing_order",
            type="int",
            comment="Position in the billing or in the crew list, starting at 1.",
            nullable=False,
            check="billing_order >= 1",
        ),
        Column(
            name="category",
            type="string",
            comment="IMDb's category in principals; null for credits found in crew alone.",
        ),
        Column(name="job", type="string", comment="Specific job title, if there is one."),
        Column(name="characters", type="array<string>", comment="Names of the characters played."),
    ),
)

OUTSIDE_CREDITS = Table(
    layer="silver",
    name="outside_credits",
    description="Credits outside movies; one row per person and rated series, short, TV movie, video or TV special, "
    "in any role (director, writer or cast). Titles without a year are excluded.",
    primary_key=("tconst", "nconst"),
    columns=(
        TCONST,
        NCONST,
        Column(
            name="kind",
            type="string",
            comment="series, short or tv_movie (TV movies, videos and TV specials).",
            nullable=False,
            check="kind IN ('series', 'short', 'tv_movie')",
        ),
        Column(name="start_year", type="int", comment="Year of release, or year of the first episode.", nullable=False),
        *(column for column in RATINGS.columns if column.name in {"average_rating", "n_votes"}),
    ),
)

TITLE_NAMES = Table(
    layer="silver",
    name="title_names",
    description="Alternative titles by region and language; one row per title and position.",
    primary_key=("tconst", "ordering"),
    columns=(
        TCONST,
        Column(name="ordering", type="int", comment="Position of the name within its title.", nullable=False),
        Column(name="title", type="string", comment="The localized title."),
        Column(name="region", type="string", comment="Region in which the name is used."),
        Column(name="language", type="string", comment="Language of the name."),
        Column(name="types", type="array<string>", comment="Types of alternative title."),
        Column(name="attributes", type="array<string>", comment="Additional terms that describe the name."),
        Column(name="is_original_title", type="boolean", comment="True for the original title."),
    ),
)

SERIES = Table(
    layer="silver",
    name="series",
    description="Series; one row per IMDb title of type `tvSeries` or `tvMiniSeries`.",
    primary_key=("tconst",),
    columns=(
        TCONST,
        PRIMARY_TITLE,
        ORIGINAL_TITLE,
        Column(name="is_mini_series", type="boolean", comment="True for a mini-series.", nullable=False),
        IS_ADULT,
        Column(name="start_year", type="int", comment="Year of the first episode."),
        Column(name="end_year", type="int", comment="Year of the last episode; null for a running series."),
        RUNTIME_MINUTES,
        GENRES,
    ),
)

EPISODES = Table(
    layer="silver",
    name="episodes",
    description="Episodes of series; one row per episode with a series id.",
    primary_key=("tconst",),
    columns=(
        TCONST,
        Column(name="series_tconst", type="string", comment="Title id of the series.", nullable=False),
        Column(name="season_number", type="int", comment="Season number of the episode."),
        Column(name="episode_number", type="int", comment="Episode number within the season."),
        PRIMARY_TITLE,
        RELEASE_YEAR,
        RUNTIME_MINUTES,
    ),
)

OMDB_FACTS = Table(
    layer="silver",
    name="omdb_facts",
    description="Facts from OMDb that are known before release; one row per title. All other OMDb fields are excluded.",
    primary_key=("tconst",),
    columns=(
        TCONST,
        Column(name="plot", type="string", comment="Plot in a few sentences (OMDb's Plot)."),
        Column(
            name="languages",
            type="array<string>",
            comment="Languages in one spelling, main language first (OMDb's Language).",
        ),
        Column(
            name="countries",
            type="array<string>",
            comment="Countries in one spelling, main country first (OMDb's Country).",
        ),
        Column(name="certificate", type="string", comment="Age certificate in one spelling (OMDb's Rated)."),
        Column(name="runtime_minutes", type="int", comment="Running time, minutes (OMDb's Runtime)."),
        Column(name="genres", type="array<string>", comment="Genres in IMDb's spelling (OMDb's Genre)."),
        Column(name="release_date", type="date", comment="Date of first release (OMDb's Released)."),
        Column(name="production", type="string", comment="Production company (OMDb's Production)."),
    ),
)

TABLES = (MOVIES, RATINGS, RATING_HISTORY, PEOPLE, CREDITS, OUTSIDE_CREDITS, TITLE_NAMES, SERIES, EPISODES, OMDB_FACTS)
