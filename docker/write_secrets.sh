#!/bin/sh
# Write the secrets of the Docker stack to data/secrets, one file each. A file that exists is kept. A new one takes its value
# from the environment, then from .env. The passwords of Postgres and Azurite are random if they are in neither.
set -eu
folder=${1:-data/secrets}
mkdir -p "$folder"
# The containers' users must be able to read the files. On this machine, the folder keeps other users out.
chmod 700 "$folder"
from_settings() {
    eval "value=\${$1:-}"
    if [ -z "$value" ] && [ -f .env ]; then
        value=$(sed -n "s/^$1=//p" .env | tail -n 1 | sed "s/^[\"']//; s/[\"']\$//")
    fi
    printf '%s' "$value"
}
write() {
    if [ ! -s "$folder/$1" ]; then
        rm -f "$folder/$1"
        printf '%s' "$2" >"$folder/$1"
        chmod 444 "$folder/$1"
    fi
}
postgres_password=$(from_settings POSTGRES_PASSWORD)
azurite_key=$(from_settings AZURITE_KEY)
# The key of the account that holds the lake: Azurite's, unless the settings name an account of Azure. Without a key, that
# account logs in with DefaultAzureCredential.
account=$(from_settings AZURE_STORAGE_ACCOUNT)
write postgres_password "${postgres_password:-$(head -c 24 /dev/urandom | od -An -tx1 | tr -d ' \n')}"
write azurite_key "${azurite_key:-$(head -c 64 /dev/urandom | base64 | tr -d '\n')}"
case $account in
"" | devstoreaccount1) write azure_storage_key "$(cat "$folder/azurite_key")" ;;
*) write azure_storage_key "$(from_settings AZURE_STORAGE_KEY)" ;;
esac
write omdb_api_key "$(from_settings OMDB_API_KEY)"
write alert_webhook_url "$(from_settings ALERT_WEBHOOK_URL)"
