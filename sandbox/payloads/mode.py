"""Says in a payload how the sound of its call travels."""

import json
from typing import Literal

ConversationMode = Literal["turn_by_turn", "stream"]


def in_mode(payload: bytes, mode: ConversationMode) -> bytes:
    """Returns a body of `POST /api/receive` that asks for a mode; one that is no JSON object stays as it is."""
    try:
        body = json.loads(payload)
    except ValueError:
        return payload
    if not isinstance(body, dict):
        return payload
    return json.dumps(body | {"conversation_mode": mode}, ensure_ascii=False).encode()
