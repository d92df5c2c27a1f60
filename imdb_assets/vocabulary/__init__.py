"""What words mean: genres, languages, countries, certificates, roles, title stems, and the features of the model.

Plain values and functions on text, shared by Spark and by the served model. It imports nothing of ours.
"""
