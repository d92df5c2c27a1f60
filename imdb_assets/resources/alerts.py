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
    dagster_url: str | None = None
    """Address of Dagster's UI, for links."""
    timeout_seconds: float = 20.0

    def run_address(self, run_id: str) -> str | None:
        """Return the address of a run in Dagster's UI. None if the address of the UI is not known."""
        return f"{self.dagster_url.rstrip('/')}/runs/{run_id}" if self.dagster_url else None

    def post(self, text: str) -> None:
        """Post a text, without secrets.

        Raises:
            AlertNotSent: If the webhook cannot be reached or returns an error.
        """
        try:
            # The address is the secret, so the message goes nowhere else. Of the answer, only the status is read.
            with requests.post(
                self.webhook_url,
                json={"text": redacted(text)},
                timeout=self.timeout_seconds,
                allow_redirects=False,
                stream=True,
            ) as response:
                status, is_accepted = response.status_code, response.ok and not response.is_redirect
        except requests.RequestException as error:
            # The text of a requests exception quotes the address.
            message = f"The webhook could not be reached ({type(error).__name__}); check ALERT_WEBHOOK_URL"
            raise AlertNotSent(message) from None
        if not is_accepted:
            raise AlertNotSent(f"The webhook returned HTTP status {status}; check ALERT_WEBHOOK_URL")
