# Two images: the platform (Dagster, MLflow and the app), and Azurite, an emulator of Azure Blob Storage.

FROM node:22-slim AS azurite
RUN npm install --global azurite@3.37.0
USER node
WORKDIR /data
ENTRYPOINT ["azurite-blob"]

FROM python:3.11-slim AS platform
# LightGBM needs OpenMP.
RUN apt-get update \
    && apt-get install --yes --no-install-recommends libgomp1 \
    && rm -rf /var/lib/apt/lists/*
WORKDIR /platform
COPY requirements.lock ./
RUN pip install --no-cache-dir "$(grep '^uv==' requirements.lock)" \
    && uv pip install --system --no-cache --compile-bytecode -r requirements.lock
COPY pyproject.toml README.md LICENSE ./
COPY imdb_assets imdb_assets
COPY app app
RUN uv pip install --system --no-cache --no-deps --no-build-isolation --editable . \
    && useradd --create-home platform \
    && mkdir -p /dagster data \
    && chown platform /dagster /platform data
# The image contains Delta's jars, so services start without network access.
RUN python -m imdb_assets --set-up
USER platform
ENV DAGSTER_HOME=/dagster PYTHONUNBUFFERED=1
