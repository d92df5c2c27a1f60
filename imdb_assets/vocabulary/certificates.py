"""Age certificates (OMDb's `Rated`), grouped by the audience they admit."""

CERTIFICATES = {
    "all_ages": ("G", "TV-G", "U", "Approved", "Passed", "TV-Y", "TV-Y7"),
    "guidance": ("PG", "TV-PG", "GP", "M", "M/PG"),
    "teenagers": ("PG-13", "TV-14", "12", "12A"),
    "adults": ("R", "TV-MA", "NC-17", "X", "18", "16", "15"),
}
"""Certificates by group. `Not Rated` and unlisted certificates belong to no group."""
