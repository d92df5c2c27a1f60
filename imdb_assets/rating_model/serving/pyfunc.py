"""The file that MLflow loads the served model from ("models from code")."""

from mlflow.models import set_model

from imdb_assets.rating_model.serving.answers import ServedModel

set_model(ServedModel())
