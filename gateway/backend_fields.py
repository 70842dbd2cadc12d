"""The orchestrator's field names in the backend's words: `person.phone` is what the backend calls `phone`."""

import re

from gateway.errors import FieldViolation, InvalidArgumentError

_RENAMES = [
    (re.compile(pattern), replacement)
    for pattern, replacement in (
        (r"^person\.person_id$", "vulnerable_id"),
        (r"^person\.", ""),
        (r"^question_set_id$", "q_id"),
        (r"^session_index$", "s_index"),
        (r"^request_id$", "Idempotency-Key"),
        (r"^questions\b", "question_list"),
        (r"\.expected_answers\b", ".expected_answer"),
        (r"\.responses(\[\d+\])\.\w+$", r".response_type_list\1.response_index"),
        (r"\.responses\b", ".response_type_list"),
        (r"^known_vulnerabilities\b", "vulnerabilities"),
        (r"\.risks(\[\d+\])\.codes\b", r".risk_list\1.risk_index_list"),
        (r"\.desires(\[\d+\])\.codes\b", r".desire_list\1.desire_type"),
        (r"\.risks\b", ".risk_list"),
        (r"\.desires\b", ".desire_list"),
        (r"^frequent_questions\b", "faq_list"),
        (r"^dialling\.(hand_over_phone|conversation_mode)$", r"\1"),
        (r"^listening\.silence_timeout$", "listening.silence_timeout_seconds"),
        (r"^retry_rules\.(busy|no_answer|voicemail)\b", r"retry_rules.\1_seconds"),
    )
]


_OF_CAMPAIGN = re.compile(r"^consultations\[\d+\]\.")


def backend_field(field: str) -> str:
    """Returns the path in the body of `POST /api/receive` of a field of `StartConsultationRequest`.

    Likewise that in the body of `POST /api/campaigns` of a field of `StartCampaignRequest`.
    """
    if (within := _OF_CAMPAIGN.match(field)) is not None:
        return within[0] + backend_field(field.removeprefix(within[0]))
    for pattern, replacement in _RENAMES:
        field = pattern.sub(replacement, field)
    return field


def in_backend_words(error: InvalidArgumentError) -> InvalidArgumentError:
    """Returns the error with the fields it blames in the backend's words, and the first of them in its message."""
    violations = [FieldViolation(backend_field(each.field), each.description) for each in error.violations]
    if not violations:
        return error
    more = f" ({len(violations)} fields are wrong.)" if len(violations) > 1 else ""
    message = f"{violations[0].field} {violations[0].description}.{more}"
    return InvalidArgumentError(message, reason=error.reason, violations=violations)
