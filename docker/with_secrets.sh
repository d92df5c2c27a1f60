#!/bin/sh
# Run a command with the stack's passwords in its environment: the content of the file that NAME_FILE names becomes NAME.
# The platform's own settings read such files themselves.
set -eu
for name in AZURITE_KEY POSTGRES_PASSWORD; do
    eval "file=\${${name}_FILE:-}"
    if [ -n "$file" ]; then
        [ -s "$file" ] || { echo "${name}_FILE names $file, which is missing or empty: run make stack" >&2; exit 1; }
        value=$(cat "$file")
        export "$name=$value"
    fi
done
# Compose passes settings that are not set as empty ones. PySpark takes even an empty SPARK_REMOTE for an address.
[ -n "${SPARK_REMOTE:-}" ] || unset SPARK_REMOTE
exec "$@"
