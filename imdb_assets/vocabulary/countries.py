"""Countries that have their own feature, in OMDb's current spelling."""

COUNTRIES = (
    "United States", "United Kingdom", "France", "India", "Germany", "Japan", "Canada", "Italy", "Spain", "China",
    "Hong Kong", "South Korea", "Australia", "Brazil", "Mexico", "Turkey", "Russia", "Iran", "Sweden", "Denmark",
)  # fmt: skip
