"""What the model is given: each feature once, with its meaning and why it is known before release."""

COUNTRIES = (
    "United States", "United Kingdom", "France", "India", "Germany", "Japan", "Canada", "Italy", "Spain", "China",
    "Hong Kong", "South Korea", "Australia", "Brazil", "Mexico", "Turkey", "Russia", "Iran", "Sweden", "Denmark",
)  # fmt: skip
