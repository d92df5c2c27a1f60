"""The bronze tables: IMDb's and OMDb's rows under their own names.

Meanings follow IMDb's data dictionary (https://developer.imdb.com/non-commercial-datasets/).
"""

from imdb_assets.tables.table import Column, Table

TCONST = Column(name="tconst", type="string", comment="IMDb title id: `tt` and digits.", nullable=False)
NCONST = Column(name="nconst", type="string", comment="IMDb person id: `nm` and digits.", nullable=False)
SNAPSHOT_DATE = Column(
    name="snapshotDate",
    type="date",
    comment="Date of the snapshot that the row came with; not IMDb's.",
    nullable=False,
)

TITLE_BASICS = Table(
    layer="bronze",
    name="title_basics",
    description="Every title of IMDb, of whatever type, as `title.basics` has it.",
    columns=(
        TCONST,
        Column(name="titleType", type="string", comment="movie, short, tvSeries, tvEpisode, video and so on."),
        Column(name="primaryTitle", type="string", comment="The title that is used most, at the point of release."),
        Column(name="originalTitle", type="string", comment="The title in the original language."),
        Column(name="isAdult", type="int", comment="1 for an adult title, else 0."),
        Column(name="startYear", type="int", comment="Year of release; of a series, of its start."),
        Column(name="endYear", type="int", comment="Year a series ended."),
        Column(name="runtimeMinutes", type="int", comment="Running time, minutes."),
        Column(name="genres", type="string", comment="Up to three genres, joined by commas."),
        SNAPSHOT_DATE,
    ),
)

TITLE_AKAS = Table(
    layer="bronze",
    name="title_akas",
    description="The names a title goes by in regions and languages, as `title.akas` has them.",
    columns=(
        Column(name="titleId", type="string", comment="IMDb title id: `tt` and digits.", nullable=False),
        Column(name="ordering", type="int", comment="Number of the row within its title."),
        Column(name="title", type="string", comment="The localized title."),
        Column(name="region", type="string", comment="Region of this version of the title."),
        Column(name="language", type="string", comment="Language of the title."),
        Column(name="types", type="string", comment="Kinds of alternative title, as IMDb joins them."),
        Column(name="attributes", type="string", comment="Further words on this alternative title."),
        Column(name="isOriginalTitle", type="int", comment="1 for the original title, else 0."),
        SNAPSHOT_DATE,
    ),
)

TITLE_CREW = Table(
    layer="bronze",
    name="title_crew",
    description="Directors and writers of each title, as `title.crew` has them.",
    columns=(
        TCONST,
        Column(name="directors", type="string", comment="Ids of the directors, joined by commas."),
        Column(name="writers", type="string", comment="Ids of the writers, joined by commas."),
        SNAPSHOT_DATE,
    ),
)

TITLE_EPISODE = Table(
    layer="bronze",
    name="title_episode",
    description="Which series an episode belongs to, as `title.episode` has it.",
    columns=(
        TCONST,
        Column(name="parentTconst", type="string", comment="Title id of the series."),
        Column(name="seasonNumber", type="int", comment="Season of the episode."),
        Column(name="episodeNumber", type="int", comment="Number of the episode within its season."),
        SNAPSHOT_DATE,
    ),
)

TITLE_PRINCIPALS = Table(
    layer="bronze",
    name="title_principals",
    description="The principal cast and crew of each title, as `title.principals` has them.",
    columns=(
        TCONST,
        Column(name="ordering", type="int", comment="Number of the row within its title: the billing order."),
        NCONST,
        Column(name="category", type="string", comment="The kind of job: actor, actress, self, director, writer, …"),
        Column(name="job", type="string", comment="The job's own name, where there is one."),
        Column(name="characters", type="string", comment="Names of the characters, as a JSON list."),
        SNAPSHOT_DATE,
    ),
)

TITLE_RATINGS = Table(
    layer="bronze",
    name="title_ratings",
    description="Average rating and number of votes of each rated title, as `title.ratings` has them.",
    columns=(
        TCONST,
        Column(name="averageRating", type="double", comment="Weighted average of the users' ratings, 1 to 10."),
        Column(name="numVotes", type="int", comment="Number of votes."),
        SNAPSHOT_DATE,
    ),
)

NAME_BASICS = Table(
    layer="bronze",
    name="name_basics",
    description="Every person of IMDb, as `name.basics` has them.",
    columns=(
        NCONST,
        Column(name="primaryName", type="string", comment="The name the person is credited by most often."),
        Column(name="birthYear", type="int", comment="Year of birth."),
        Column(name="deathYear", type="int", comment="Year of death."),
        Column(name="primaryProfession", type="string", comment="Up to three professions, joined by commas."),
        Column(name="knownForTitles", type="string", comment="Titles the person is known for, joined by commas."),
        SNAPSHOT_DATE,
    ),
)

OMDB_RESPONSES = Table(
    layer="bronze",
    name="omdb_responses",
    description="OMDb's response for each title that was asked for, as received.",
    primary_key=("imdbID",),
    columns=(
        Column(name="imdbID", type="string", comment="Title id that was asked for.", nullable=False),
        Column(name="response", type="string", comment="The response's JSON, unchanged.", nullable=False),
    ),
)

REJECTED_ROWS = Table(
    layer="bronze",
    name="rejected_rows",
    description="Rows of the datasets that could not be parsed, kept with the reason.",
    columns=(
        Column(name="dataset", type="string", comment="The dataset, as `title.basics`.", nullable=False),
        Column(name="line_number", type="bigint", comment="Line in the dataset; the header is line 1."),
        Column(name="reason", type="string", comment="Why the row could not be parsed.", nullable=False),
        Column(name="raw", type="string", comment="The line as received.", nullable=False),
        Column(name="snapshot_date", type="date", comment="Date of the snapshot that holds the line.", nullable=False),
    ),
)

# The bronze table of each dataset. The dataset's own columns are all of the table's but the last.
DATASETS = {
    "title.basics": TITLE_BASICS,
    "title.akas": TITLE_AKAS,
    "title.crew": TITLE_CREW,
    "title.episode": TITLE_EPISODE,
    "title.principals": TITLE_PRINCIPALS,
    "title.ratings": TITLE_RATINGS,
    "name.basics": NAME_BASICS,
}

TABLES = (*DATASETS.values(), OMDB_RESPONSES, REJECTED_ROWS)
