"""`.env.example` names every setting, and no other."""

import re
from pathlib import Path

import pytest
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


def _chosen_by(text: str, monkeypatch: pytest.MonkeyPatch, folder: Path) -> cli.settings.Settings:
    (folder / ".env").write_text(text, encoding="utf-8")
    monkeypatch.chdir(folder)
    for name in _names(cli.settings.Settings):
        monkeypatch.delenv(name, raising=False)
    return cli.settings.read()


def test_a_copy_of_the_example_changes_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "copied").mkdir()
    (tmp_path / "bare").mkdir()
    text = (ROOT / ".env.example").read_text(encoding="utf-8")
    copied = _chosen_by(text, monkeypatch, tmp_path / "copied")
    bare = _chosen_by("", monkeypatch, tmp_path / "bare")
    assert copied.needs_speech_server
    assert copied.external_redis_url == ""
    assert copied == bare.model_copy(update={"embeddings": "auto", "public_base_url": "http://127.0.0.1:8000"})


def test_the_command_knows_the_programs_own_defaults() -> None:
    own = cli.settings.Settings.model_fields
    programs = (orchestrator.config.Settings, speech.config.Settings)
    for name in ("openai_model", "openai_stt_model", "openai_tts_model", "stt_engine", "tts_engine"):
        (default,) = {program.model_fields[name].default for program in programs if name in program.model_fields}
        assert own[name].default == default
