"""Addresses and keys for tests against Azurite."""

# Azurite's default account and key are public.
AZURITE_URI = "abfss://lake@devstoreaccount1.dfs.core.windows.net/some/root"
AZURITE_KEY = "Eby8vdM02xNOcqFlqUwJPLlmEtlCDXJ1OUzFT50uSRZ6IFsuFq2UVErCz4I6tq/K1SZFPTOtr/KBHBeksoGMGw=="
WRONG_KEY = "d3JvbmcgYW5kIHNlY3JldCwgYnV0IHdlbGwgZm9ybWVk"
