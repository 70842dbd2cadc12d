"""`.env.example` names every setting, and no other."""

import re
from pathlib import Path

from pydantic_settings import BaseSettings

import cli.settings
import gateway.config
import orchestrator.config
import speech.config

ROOT = Path(__file__).parents[2]
# Older names and parts of another setting: documented in a comment.
IN_COMMENTS = {"REDIS_HOST", "REDIS_PORT", "REDIS_DB", "TWILIO_WEBHOOK_URL"}


def _names(settings: type[BaseSettings]) -> set[str]:
    return {name.upper() for name in settings.model_fields}


def test_env_example_names_every_setting_and_no_other() -> None:
    text = (ROOT / ".env.example").read_text(encoding="utf-8")
    example = set(re.findall(r"^([A-Z_]+)=", text, flags=re.MULTILINE))
    programs = (cli.settings, gateway.config, orchestrator.config, speech.config)
    known = set().union(*(_names(program.Settings) for program in programs))
    assert example == known - IN_COMMENTS
    assert all(name in text for name in IN_COMMENTS)
