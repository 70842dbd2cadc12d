"""Signs what is posted, as Standard Webhooks have it (standardwebhooks.com)."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime

from standardwebhooks import Webhook


class WebhookSigner:
    """Signs with one secret, or with two while they are exchanged: the receiver accepts what either of them signed."""

    def __init__(self, secrets: Sequence[str] = ()) -> None:
        """Makes it.

        Args:
            secrets: each in base64, with or without `whsec_` before it; none: nothing is signed.

        Raises:
            ValueError: a secret is not base64.
        """
        self._webhooks = tuple(Webhook(secret) for secret in secrets)

    def headers(self, key: str, body: bytes) -> dict[str, str]:
        """Returns the headers of a message.

        Args:
            key: names the message; the same at every try.
            body: what is posted.
        """
        headers = {"Idempotency-Key": key}
        if not self._webhooks:
            return headers
        now, text = datetime.now(UTC), body.decode()
        return headers | {
            "webhook-id": key,
            "webhook-timestamp": str(int(now.timestamp())),
            "webhook-signature": " ".join(webhook.sign(key, now, text) for webhook in self._webhooks),
        }
