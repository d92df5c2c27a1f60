"""Countries with a feature of their own, spelled as OMDb spells them today."""

COUNTRIES = (
    "United States", "United Kingdom", "France", "India", "Germany", "Japan", "Canada", "Italy", "Spain", "China",
    "Hong Kong", "South Korea", "Australia", "Brazil", "Mexico", "Turkey", "Russia", "Iran", "Sweden", "Denmark",
)  # fmt: skip
