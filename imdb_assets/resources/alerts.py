"""Alerts: a webhook that accepts JSON with a `text` field, as most chat services provide."""

import dagster as dg
import requests
from pydantic import Field

from imdb_assets.redaction import redacted


class AlertNotSent(Exception):
    """The webhook did not accept an alert. The message does not contain its address, which is a secret."""


class Alerts(dg.ConfigurableResource):
    """The webhook at ALERT_WEBHOOK_URL."""

    webhook_url: str = Field(repr=False)
    timeout_seconds: float = 20.0

    def post(self, text: str) -> None:
        """Post a text, without secrets.

        Raises:
            AlertNotSent: If the webhook cannot be reached or returns an error.
        """
        try:
            response = requests.post(self.webhook_url, json={"text": redacted(text)}, timeout=self.timeout_seconds)
        except requests.RequestException as error:
            # The text of a requests exception quotes the address.
            message = f"The webhook could not be reached ({type(error).__name__}); check ALERT_WEBHOOK_URL"
            raise AlertNotSent(message) from None
        if not response.ok:
            raise AlertNotSent(f"The webhook returned HTTP status {response.status_code}; check ALERT_WEBHOOK_URL")
