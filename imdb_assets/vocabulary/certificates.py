"""Age certificates (OMDb's `Rated`), grouped by the audience they admit, and their other spellings."""

from imdb_assets.vocabulary.words import vocabulary

CERTIFICATES = {
    "all_ages": ("G", "TV-G", "U", "Approved", "Passed", "TV-Y", "TV-Y7"),
    "guidance": ("PG", "TV-PG", "GP", "M", "M/PG"),
    "teenagers": ("PG-13", "TV-14", "12", "12A"),
    "adults": ("R", "TV-MA", "NC-17", "X", "18", "16", "15"),
}
"""Certificates by group. `Not Rated` and the other certificates belong to no group."""

_GROUPED = tuple(certificate for certificates in CERTIFICATES.values() for certificate in certificates)
_ADDITIONAL = ("Not Rated", "UA", "A", "AO", "E", "E10+", "T", "K-A", "EC", "TV-13", "Open", "Banned", "7", "13")

CERTIFICATE_WORDS = vocabulary(
    "a known certificate",
    (
        *(f"{certificate}=Rated {certificate}" for certificate in (*_GROUPED, *_ADDITIONAL[1:])),
        "Not Rated=Unrated=NR=UR=Not Yet Rated=Without Rating",
        # The descriptor FV (fantasy violence) does not change the audience.
        "TV-Y7=TV-Y7-FV", "TV-MA=MA", "12=FSK 12", "16=FSK 16", "18=FSK 18=R18",
    ),
    first=(*_GROUPED, *_ADDITIONAL),
)  # fmt: skip
