"""Columns that appear in tables of several layers under the same name and with the same meaning."""

from imdb_assets.tables.table import Column

TCONST = Column(name="tconst", type="string", comment="IMDb title id: `tt` and digits.", nullable=False)
NCONST = Column(name="nconst", type="string", comment="IMDb person id: `nm` and digits.", nullable=False)
RELEASE_YEAR = Column(name="release_year", type="int", comment="Year of first release.", nullable=False)
