"""Where failures are told: a webhook that takes JSON with a `text`, as most chats' do."""

import dagster as dg
import requests
from pydantic import Field


class AlertNotSent(Exception):
    """The webhook did not take an alert; the text does not quote its address, which is a secret."""


class Alerts(dg.ConfigurableResource):
    """Posts sentences to ALERT_WEBHOOK_URL."""

    webhook_url: str = Field(repr=False)
    timeout_seconds: float = 20.0

    def post(self, text: str) -> None:
        """Post a text; AlertNotSent when it was not taken."""
        try:
            answer = requests.post(self.webhook_url, json={"text": text}, timeout=self.timeout_seconds)
        except requests.RequestException as error:
            said = f"The webhook could not be reached ({type(error).__name__}); check ALERT_WEBHOOK_URL"
            raise AlertNotSent(said) from None
        if not answer.ok:
            raise AlertNotSent(f"The webhook answered {answer.status_code}; check ALERT_WEBHOOK_URL")
