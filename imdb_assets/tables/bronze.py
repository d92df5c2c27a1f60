"""The bronze tables: rows of IMDb and OMDb, with their original column names.

The comments follow IMDb's data dictionary (https://developer.imdb.com/non-commercial-datasets/).
"""

from imdb_assets.tables.shared_columns import NCONST, TCONST
from imdb_assets.tables.table import Column, Table

SNAPSHOT_DATE = Column(
    name="snapshotDate",
    type="date",
    comment="Date of the snapshot that contains the row; not part of IMDb's dataset.",
    nullable=False,
)

TITLE_BASICS = Table(
    layer="bronze",
    name="title_basics",
    description="Every IMDb title of any type, from `title.basics`.",
    columns=(
        TCONST,
        Column(
            name="titleType",
            type="string",
            comment="Type of title: movie, short, tvSeries, tvEpisode, video and others.",
        ),
        Column(name="primaryTitle", type="string", comment="The most widely used title at the time of release."),
        Column(name="originalTitle", type="string", comment="The title in the original language."),
        Column(name="isAdult", type="int", comment="1 for an adult title, else 0."),
        Column(name="startYear", type="int", comment="Year of release, or year in which a series started."),
        Column(name="endYear", type="int", comment="Year in which a series ended."),
        Column(name="runtimeMinutes", type="int", comment="Running time, minutes."),
        Column(name="genres", type="string", comment="Up to three genres, separated by commas."),
        SNAPSHOT_DATE,
    ),
)

TITLE_AKAS = Table(
    layer="bronze",
    name="title_akas",
    description="Alternative titles by region and language, from `title.akas`.",
    columns=(
        Column(name="titleId", type="string", comment="IMDb title id: `tt` and digits.", nullable=False),
        Column(name="ordering", type="int", comment="Position of the row within its title."),
        Column(name="title", type="string", comment="The localized title."),
        Column(name="region", type="string", comment="Region of this version of the title."),
        Column(name="language", type="string", comment="Language of the title."),
        Column(name="types", type="string", comment="Types of alternative title, in IMDb's delimited format."),
        Column(name="attributes", type="string", comment="Additional terms that describe the alternative title."),
        Column(name="isOriginalTitle", type="int", comment="1 for the original title, else 0."),
        SNAPSHOT_DATE,
    ),
)

TITLE_CREW = Table(
    layer="bronze",
    name="title_crew",
    description="Directors and writers of each title, from `title.crew`.",
    columns=(
        TCONST,
        Column(name="directors", type="string", comment="Person ids of the directors, separated by commas."),
        Column(name="writers", type="string", comment="Person ids of the writers, separated by commas."),
        SNAPSHOT_DATE,
    ),
)

TITLE_EPISODE = Table(
    layer="bronze",
    name="title_episode",
    description="Episodes with the series they belong to, from `title.episode`.",
    columns=(
        TCONST,
        Column(name="parentTconst", type="string", comment="Title id of the series."),
        Column(name="seasonNumber", type="int", comment="Season number of the episode."),
        Column(name="episodeNumber", type="int", comment="Episode number within the season."),
        SNAPSHOT_DATE,
    ),
)

TITLE_PRINCIPALS = Table(
    layer="bronze",
    name="title_principals",
    description="The principal cast and crew of each title, from `title.principals`.",
    columns=(
        TCONST,
        Column(name="ordering", type="int", comment="Position of the row within its title: the billing order."),
        NCONST,
        Column(
            name="category",
            type="string",
            comment="Category of the job: actor, actress, self, director, writer and others.",
        ),
        Column(name="job", type="string", comment="Specific job title, if there is one."),
        Column(name="characters", type="string", comment="Names of the characters, as a JSON array."),
        SNAPSHOT_DATE,
    ),
)

TITLE_RATINGS = Table(
    layer="bronze",
    name="title_ratings",
    description="Average rating and number of votes of each rated title, from `title.ratings`.",
    columns=(
        TCONST,
        Column(name="averageRating", type="double", comment="Weighted average of all user ratings, 1 to 10."),
        Column(name="numVotes", type="int", comment="Number of votes."),
        SNAPSHOT_DATE,
    ),
)

NAME_BASICS = Table(
    layer="bronze",
    name="name_basics",
    description="Every person on IMDb, from `name.basics`.",
    columns=(
        NCONST,
        Column(name="primaryName", type="string", comment="Name under which the person is most often credited."),
        Column(name="birthYear", type="int", comment="Year of birth."),
        Column(name="deathYear", type="int", comment="Year of death."),
        Column(name="primaryProfession", type="string", comment="Up to three professions, separated by commas."),
        Column(
            name="knownForTitles", type="string", comment="Ids of titles the person is known for, separated by commas."
        ),
        SNAPSHOT_DATE,
    ),
)

OMDB_RESPONSES = Table(
    layer="bronze",
    name="omdb_responses",
    description="Latest OMDb response for each requested title, as received. A temporary error never replaces an answer.",
    primary_key=("imdbID",),
    columns=(
        Column(name="imdbID", type="string", comment="IMDb title id that was requested.", nullable=False),
        Column(name="response", type="string", comment="JSON text of the response, unchanged.", nullable=False),
    ),
)

KEYS = {
    table.name: (table.column_names[0],)
    for table in (TITLE_BASICS, TITLE_CREW, TITLE_EPISODE, TITLE_RATINGS, NAME_BASICS)
} | {TITLE_AKAS.name: ("titleId", "ordering")}
"""The columns that identify a row of IMDb's datasets, by table. IMDb does not promise it, and repeated keys are kept."""

REJECTED_ROW, DROPPED_VALUE, CHANGED_VALUE = "row rejected", "value dropped", "value changed"
REJECTED_ROWS = Table(
    layer="bronze",
    name="rejected_rows",
    description="Rows that could not be used, and values of other rows that were not used as received, with the reason.",
    columns=(
        Column(
            name="dataset", type="string", comment="Name of the dataset, for example `title.basics`.", nullable=False
        ),
        Column(name="line_number", type="bigint", comment="Line number in the dataset; the header is line 1."),
        Column(
            name="outcome",
            type="string",
            comment=f"`{REJECTED_ROW}`, or the row was kept: `{DROPPED_VALUE}` (the value is illegal) or "
            f"`{CHANGED_VALUE}` (such as a byte that is not UTF-8).",
            nullable=False,
        ),
        Column(
            name="column_name",
            type="string",
            comment="Column at fault; null if the line has the wrong number of columns.",
        ),
        Column(name="reason", type="string", comment="Why the row or the value was not used.", nullable=False),
        Column(
            name="raw",
            type="string",
            comment="The line as received, up to 2,000 characters. Lines with invalid UTF-8 are escaped: `\\xE9`.",
            nullable=False,
        ),
        Column(
            name="snapshot_date", type="date", comment="Date of the snapshot that contains the line.", nullable=False
        ),
    ),
)

DATASETS = {
    "title.basics": TITLE_BASICS,
    "title.akas": TITLE_AKAS,
    "title.crew": TITLE_CREW,
    "title.episode": TITLE_EPISODE,
    "title.principals": TITLE_PRINCIPALS,
    "title.ratings": TITLE_RATINGS,
    "name.basics": NAME_BASICS,
}
"""Bronze table of each dataset. All columns but the last, `snapshotDate`, are the dataset's own."""

TABLES = (*DATASETS.values(), OMDB_RESPONSES, REJECTED_ROWS)
