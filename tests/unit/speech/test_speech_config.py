import pytest
from pydantic import ValidationError

from speech import bootstrap
from speech.config import Settings, complaint


def settings(**values: object) -> Settings:
    return Settings(_env_file=None, **values)


def test_the_defaults_need_nothing():
    chosen = settings()

    assert (chosen.speech_host, chosen.speech_port) == ("127.0.0.1", 50051)
    assert (chosen.stt_engine, chosen.tts_engine) == ("sandbox-voice", "sandbox-voice")


def test_names_are_those_of_the_environment(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("SPEECH_PORT", "1234")
    monkeypatch.setenv("STT_ENGINE", "instant")
    monkeypatch.setenv("LOG_LEVEL", "debug")
    monkeypatch.setenv("TTS_ENGINE", "")

    assert (settings().speech_port, settings().stt_engine, settings().log_level) == (1234, "instant", "DEBUG")
    assert settings().tts_engine == "sandbox-voice"


@pytest.mark.parametrize(
    ("values", "name"),
    [
        ({"stt_engine": "espeak"}, "STT_ENGINE"),
        ({"tts_engine": "faster-whisper"}, "TTS_ENGINE"),
        ({"speech_port": 70000}, "SPEECH_PORT"),
        ({"espeak_speed": 20}, "ESPEAK_SPEED"),
        ({"openai_base_url": "localhost:1"}, "OPENAI_BASE_URL"),
        ({"stt_engine": "openai"}, "OPENAI_API_KEY"),
        ({"tts_engine": "openai"}, "OPENAI_API_KEY"),
        ({"tts_engine": "openai", "openai_stt_api_key": "secret-key"}, "OPENAI_API_KEY"),
    ],
)
def test_a_wrong_setting_is_named_in_one_line(values: dict[str, object], name: str):
    with pytest.raises(ValidationError) as caught:
        settings(**values)

    told = complaint(caught.value)
    assert told.startswith(f"{name}: ")
    assert "\n" not in told
    assert "secret-key" not in told


@pytest.mark.parametrize("stt", ["sandbox-voice", "openai", "faster-whisper", "instant"])
@pytest.mark.parametrize("tts", ["sandbox-voice", "espeak", "openai", "instant"])
async def test_every_engine_can_be_chosen_and_bears_its_name(stt: str, tts: str):
    engines = bootstrap.engines(settings(stt_engine=stt, tts_engine=tts, openai_api_key="k"))

    assert (engines.speech_to_text.name, engines.text_to_speech.name) == (stt, tts)
    await engines.close()


async def test_the_general_key_never_goes_to_an_address_of_its_own():
    engines = bootstrap.engines(
        settings(
            stt_engine="openai",
            tts_engine="openai",
            openai_api_key="general",
            openai_base_url="http://general/v1/",
            openai_tts_base_url="http://other/v1",
        )
    )
    stt, tts = engines.speech_to_text._client, engines.text_to_speech._client

    assert (stt.api_key, str(stt.base_url)) == ("general", "http://general/v1/")
    assert (tts.api_key, str(tts.base_url)) == ("none", "http://other/v1/")
    await engines.close()


def test_secrets_do_not_show():
    assert "secret" not in repr(settings(openai_api_key="secret", openai_tts_api_key="secret"))
