# Four images: the platform (Dagster and MLflow), the app and the model server without Spark, Dagster and Java, and Azurite, an
# emulator of Azure Blob Storage.

FROM node:22.17.0-bookworm-slim AS azurite
WORKDIR /azurite
COPY azurite/package.json azurite/package-lock.json ./
RUN npm ci --omit=dev --no-audit --no-fund \
    && mkdir /data \
    && chown node /data
COPY docker/with_secrets.sh docker/
ENV PATH=/azurite/node_modules/.bin:$PATH
USER node

FROM python:3.11.13-slim-bookworm AS base
# LightGBM needs OpenMP.
RUN apt-get update \
    && apt-get install --yes --no-install-recommends libgomp1 \
    && rm -rf /var/lib/apt/lists/*
WORKDIR /platform

FROM base AS slim
COPY requirements.lock requirements-app.lock ./
# setuptools builds the project itself.
RUN sed -n '/^setuptools==/,/[^\\]$/p' requirements.lock >build.txt \
    && pip install --no-cache-dir --require-hashes -r build.txt -r requirements-app.lock \
    && rm build.txt
COPY pyproject.toml README.md LICENSE streamlit_app.py ./
COPY imdb_assets imdb_assets
COPY app app
# A copied registry belongs in data (docs/deploy-app.md).
RUN pip install --no-cache-dir --no-deps --no-build-isolation --editable . \
    && useradd --create-home --uid 10001 platform \
    && mkdir data \
    && chown platform data
ENV OMP_NUM_THREADS=1 PYTHONUNBUFFERED=1

FROM slim AS model-server
USER platform
CMD ["python", "-m", "imdb_assets.rating_model.server.model_server", "--host=0.0.0.0", "--port=5001"]

FROM slim AS app
USER platform
CMD ["streamlit", "run", "app/server.py", "--server.address=0.0.0.0", "--server.port=8501", \
    "--server.headless=true", "--browser.gatherUsageStats=false"]

FROM base AS platform
COPY requirements.lock ./
RUN sed -n '/^uv==/,/[^\\]$/p' requirements.lock >uv.txt \
    && pip install --no-cache-dir --require-hashes -r uv.txt \
    && rm uv.txt \
    && uv pip install --system --no-cache --compile-bytecode --require-hashes -r requirements.lock
COPY pyproject.toml README.md LICENSE streamlit_app.py ./
COPY docker/with_secrets.sh docker/
COPY imdb_assets imdb_assets
COPY app app
# The folders that the volumes of docker-compose.yml replace belong to the user of the services.
RUN uv pip install --system --no-cache --no-deps --no-build-isolation --editable . \
    && useradd --create-home --uid 10001 platform \
    && mkdir -p /dagster/compute_logs /artifacts data \
    && chown platform /dagster /dagster/compute_logs /artifacts /platform data
# The image contains the jars of Delta and of Azure's storage, so services start without access to Maven Central.
RUN LAKE_URI=abfss://lake@account.dfs.core.windows.net/imdb python -m imdb_assets --set-up
# The commit of the code, which models and Dagster's UI show.
ARG COMMIT=""
RUN printf '%s' "$COMMIT" >imdb_assets/COMMIT
USER platform
# Threads of LightGBM that wait for each other sleep instead of spinning.
ENV DAGSTER_HOME=/dagster PYTHONUNBUFFERED=1 OMP_WAIT_POLICY=PASSIVE
