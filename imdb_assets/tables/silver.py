"""The silver tables: things under our names, one row each."""

from imdb_assets.tables.table import Column, Table

TCONST = Column(
    name="tconst", type="string", comment="IMDb title id: `tt` and digits.", nullable=False, check="tconst LIKE 'tt%'"
)
NCONST = Column(
    name="nconst", type="string", comment="IMDb person id: `nm` and digits.", nullable=False, check="nconst LIKE 'nm%'"
)
PRIMARY_TITLE = Column(name="primary_title", type="string", comment="The title that is used most.")
ORIGINAL_TITLE = Column(name="original_title", type="string", comment="The title in the original language.")
IS_ADULT = Column(name="is_adult", type="boolean", comment="True for an adult title.")
RELEASE_YEAR = Column(name="release_year", type="int", comment="Year of first release.")
RUNTIME = Column(name="runtime_minutes", type="int", comment="Running time, minutes.")
GENRES = Column(name="genres", type="array<string>", comment="IMDb genres; null where none is known.")

MOVIES = Table(
    layer="silver",
    name="movies",
    description="Feature films; one row per IMDb title of type `movie`.",
    primary_key=("tconst",),
    columns=(TCONST, PRIMARY_TITLE, ORIGINAL_TITLE, IS_ADULT, RELEASE_YEAR, RUNTIME, GENRES),
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
            comment="Average of the users' ratings, 1 to 10.",
            nullable=False,
            check="average_rating BETWEEN 1 AND 10",
        ),
        Column(name="n_votes", type="int", comment="Number of votes.", nullable=False, check="n_votes >= 0"),
        Column(name="snapshot_date", type="date", comment="Date of the snapshot of the ratings.", nullable=False),
    ),
)

RATING_HISTORY = Table(
    layer="silver",
    name="rating_history",
    description="How ratings change, which IMDb does not publish; one row per title and snapshot in which its rating or "
    "its votes differ from the title's row before. A title that leaves IMDb keeps its rows.",
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
        Column(name="primary_name", type="string", comment="The name the person is credited by most often."),
        Column(name="birth_year", type="int", comment="Year of birth."),
        Column(name="death_year", type="int", comment="Year of death."),
        Column(name="professions", type="array<string>", comment="Up to three professions."),
        Column(
            name="known_for_tconsts", type="array<string>", comment="Titles the person is known for; not a feature."
        ),
    ),
)

CREDITS = Table(
    layer="silver",
    name="credits",
    description="One person's part in one movie as director, writer or cast, from principals and crew together.",
    primary_key=("tconst", "nconst", "role"),
    columns=(
        TCONST,
        NCONST,
        Column(
            name="role",
            type="string",
            comment="director, writer or cast.",
            nullable=False,
            check="role IN ('director', 'writer', 'cast')",
        ),
        Column(
            name="billing_order",
            type="int",
            comment="Place in the billing, or in the crew list; from 1.",
            nullable=False,
            check="billing_order >= 1",
        ),
        Column(name="category", type="string", comment="IMDb's category in principals; null where only crew has it."),
        Column(name="job", type="string", comment="The job's own name, where there is one."),
        Column(name="characters", type="array<string>", comment="Names of the characters played."),
    ),
)

OUTSIDE_CREDITS = Table(
    layer="silver",
    name="outside_credits",
    description="What people did outside movies: one row per person and rated series, short, TV movie, video or TV special, "
    "whatever the roles (director, writer or cast). Titles without a year are left out.",
    primary_key=("tconst", "nconst"),
    columns=(
        TCONST,
        NCONST,
        Column(
            name="kind",
            type="string",
            comment="series, short or tv_movie (which stands for TV movie, video and TV special).",
            nullable=False,
            check="kind IN ('series', 'short', 'tv_movie')",
        ),
        Column(name="start_year", type="int", comment="Year of release, or of the first episode.", nullable=False),
        *(column for column in RATINGS.columns if column.name in {"average_rating", "n_votes"}),
    ),
)

TITLE_NAMES = Table(
    layer="silver",
    name="title_names",
    description="The names a title goes by in regions and languages.",
    primary_key=("tconst", "ordering"),
    columns=(
        TCONST,
        Column(name="ordering", type="int", comment="Number of the name within its title.", nullable=False),
        Column(name="title", type="string", comment="The localized title."),
        Column(name="region", type="string", comment="Region of this name."),
        Column(name="language", type="string", comment="Language of this name."),
        Column(name="types", type="array<string>", comment="Kinds of alternative title."),
        Column(name="attributes", type="array<string>", comment="Further words on this name."),
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
        Column(name="end_year", type="int", comment="Year of the last episode; null while it runs."),
        RUNTIME,
        GENRES,
    ),
)

EPISODES = Table(
    layer="silver",
    name="episodes",
    description="Episodes of series; one row per episode whose series is known by id.",
    primary_key=("tconst",),
    columns=(
        TCONST,
        Column(name="series_tconst", type="string", comment="Title id of the series.", nullable=False),
        Column(name="season_number", type="int", comment="Season of the episode."),
        Column(name="episode_number", type="int", comment="Number of the episode within its season."),
        PRIMARY_TITLE,
        RELEASE_YEAR,
        RUNTIME,
    ),
)

OMDB_FACTS = Table(
    layer="silver",
    name="omdb_facts",
    description="What OMDb says of a title and was known before release; nothing else of OMDb passes.",
    primary_key=("tconst",),
    columns=(
        TCONST,
        Column(name="plot", type="string", comment="Plot in a few sentences (OMDb's Plot)."),
        Column(name="languages", type="array<string>", comment="Languages, the main one first (OMDb's Language)."),
        Column(name="countries", type="array<string>", comment="Countries, the main one first (OMDb's Country)."),
        Column(name="certificate", type="string", comment="Age certificate (OMDb's Rated)."),
        Column(name="runtime_minutes", type="int", comment="Running time, minutes (OMDb's Runtime)."),
        Column(name="genres", type="array<string>", comment="Genres (OMDb's Genre)."),
        Column(name="release_date", type="date", comment="Date of first release (OMDb's Released)."),
        Column(name="production", type="string", comment="Production company (OMDb's Production)."),
    ),
)

TABLES = (MOVIES, RATINGS, RATING_HISTORY, PEOPLE, CREDITS, OUTSIDE_CREDITS, TITLE_NAMES, SERIES, EPISODES, OMDB_FACTS)
