from sandbox.latency import latencies
from sandbox.twilio.journal import Exchange, ExecutedVerb, Journal


def verb(name: str, started: float, ended: float, **outcome) -> ExecutedVerb:
    return ExecutedVerb(
        call_sid="CA1", verb=name, attributes={}, document="", started_s=started, ended_s=ended, outcome=outcome
    )


def exchange(purpose: str, line_s: float, real_ms: float) -> Exchange:
    return Exchange(
        direction="from_twilio", purpose=purpose, method="POST", url="http://a", line_s=line_s, real_ms=real_ms
    )


def test_a_turn_is_measured_from_the_end_of_speech_to_the_first_sound():
    journal = Journal()
    journal.verbs = [
        verb("Play", 0.0, 3.0, audio_s=[[0.1, 3.0]]),
        verb("Record", 3.0, 8.0, speech_s=[3.5, 6.0]),
        verb("Play", 8.2, 12.0, audio_s=[[8.25, 12.0]]),
        verb("Play", 12.0, 13.0, audio_s=[[12.1, 13.0]]),
    ]
    journal.exchanges = [
        exchange("voice", 0.0, 999), exchange("action", 8.0, 200), exchange("play", 8.2, 50),
        exchange("play", 12.0, 99), exchange("status", 8.1, 77),
    ]  # fmt: skip
    (turn,) = latencies(journal)
    assert (turn.turn, turn.end_of_speech_s, turn.end_of_recording_s, turn.first_audio_s) == (1, 6.0, 8.0, 8.25)
    assert (turn.gap_phone_s, turn.silence_wait_phone_s) == (2.25, 2.0)
    assert (turn.server_real_ms, turn.webhook_real_ms, turn.audio_fetch_real_ms) == (250, 200, 50)


def test_a_silent_turn_is_measured_from_the_end_of_the_recording():
    journal = Journal()
    journal.verbs = [verb("Record", 3.0, 8.0, speech_s=None), verb("Say", 8.1, 9.0, audio_s=[[8.1, 9.0]])]
    (turn,) = latencies(journal)
    assert (turn.end_of_speech_s, turn.gap_phone_s, turn.silence_wait_phone_s) == (None, 0.1, 0.0)


def test_a_turn_without_an_answer_is_none():
    journal = Journal()
    journal.verbs = [verb("Record", 3.0, 8.0, speech_s=[3.5, 6.0])]
    assert latencies(journal) == []
