"""What the model is given: each feature once, with its meaning and why it is known before release."""

LANGUAGES = (
    "English", "French", "Spanish", "German", "Italian", "Japanese", "Korean", "Mandarin", "Cantonese", "Hindi",
    "Tamil", "Telugu", "Malayalam", "Russian", "Portuguese", "Turkish", "Arabic", "Persian", "Polish", "Swedish",
    "Danish", "Bengali", "Norwegian", "Dutch", "Finnish", "Greek", "Hebrew", "Serbian", "Indonesian", "Tagalog",
    "Thai",
)  # fmt: skip
