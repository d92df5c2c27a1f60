"""The file from which MLflow loads the served model ("models from code")."""

from mlflow.models import set_model

from imdb_assets.rating_model.serving.answers import ServedModel

set_model(ServedModel())
