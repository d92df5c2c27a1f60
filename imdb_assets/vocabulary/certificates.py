"""What the model is given: each feature once, with its meaning and why it is known before release."""

CERTIFICATES = {
    "all_ages": ("G", "TV-G", "U", "Approved", "Passed", "TV-Y", "TV-Y7"),
    "guidance": ("PG", "TV-PG", "GP", "M", "M/PG"),
    "teenagers": ("PG-13", "TV-14", "12", "12A"),
    "adults": ("R", "TV-MA", "NC-17", "X", "18", "16", "15"),
}
"""Age certificates by whom they let in; `Not Rated` and others are in none."""
