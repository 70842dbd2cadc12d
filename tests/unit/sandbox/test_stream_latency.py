from sandbox.stream_latency import interruptions, spread, stream_latencies
from sandbox.twilio.journal import ExecutedVerb, Journal


def journal(*, agent, said, cleared=()) -> Journal:
    journal = Journal()
    outcome = {"audio_s": agent, "said_s": said, "cleared_s": list(cleared)}
    journal.verbs = [
        ExecutedVerb(call_sid="CA1", verb="Connect", attributes={}, document="", started_s=0.0, outcome=outcome)
    ]
    return journal


def gaps(*args, **kwargs):
    return [turn.gap_phone_s for turn in stream_latencies(journal(*args, **kwargs))]


def test_a_turn_lasts_from_the_end_of_speech_to_the_first_sound():
    (turn,) = stream_latencies(journal(agent=[[0.5, 3.0], [5.9, 8.0]], said=[[3.5, 5.0]]))
    assert (turn.end_of_speech_s, turn.first_audio_s, turn.gap_phone_s, turn.mode) == (5.0, 5.9, 0.9, "stream")


def test_who_is_not_answered_before_they_speak_again_has_no_turn():
    assert gaps(agent=[[0.5, 3.0], [9.0, 9.5]], said=[[3.5, 5.0], [7.0, 8.0]]) == [1.0]


def test_an_agent_who_breaks_in_answers_too_early():
    assert gaps(agent=[[4.5, 8.0]], said=[[3.5, 5.0]]) == [-0.5]


def test_an_agent_who_breaks_in_and_stops_again_has_not_answered_yet():
    (turn,) = stream_latencies(journal(agent=[[3.7, 3.9], [4.2, 4.4], [5.6, 8.0]], said=[[3.5, 5.0]]))
    assert (turn.gap_phone_s, turn.agent_broke_in) == (0.6, 2)


def test_an_agent_who_speaks_all_the_while_does_not_answer():
    assert gaps(agent=[[0.5, 6.0], [15.0, 16.0]], said=[[3.5, 5.0]]) == []


def test_an_interruption_lasts_from_the_first_sound_to_silence():
    broken = journal(agent=[[0.5, 3.4], [6.0, 8.0]], said=[[3.0, 5.0]], cleared=[3.39])
    (interruption,) = interruptions(broken)
    assert (interruption.began_s, interruption.silenced_s, interruption.talked_over_phone_s) == (3.0, 3.4, 0.4)
    assert [turn.gap_phone_s for turn in stream_latencies(broken)] == [1.0]


def test_an_agent_who_goes_on_at_once_was_silent_all_the_same():
    (interruption,) = interruptions(journal(agent=[[0.5, 9.0]], said=[[3.0, 5.0]], cleared=[1.0, 3.4, 8.0]))
    assert interruption.talked_over_phone_s == 0.42


def test_an_agent_who_finishes_was_not_interrupted():
    assert interruptions(journal(agent=[[0.5, 3.4]], said=[[3.0, 5.0]])) == []


def test_a_stream_that_never_began_has_no_turns():
    empty = journal(agent=[], said=[])
    empty.verbs[0].outcome = {"stream_sid": "MZ1", "failure": 31920}
    assert (stream_latencies(empty), interruptions(empty)) == ([], [])


def test_spreads():
    assert (spread([]).count, spread([]).p50, spread([]).p95) == (0, None, None)
    hundred = spread([float(value) for value in range(100, 0, -1)])
    assert (hundred.count, hundred.p50, hundred.p95) == (100, 50.0, 95.0)
    assert (spread([2.0]).p50, spread([2.0]).p95) == (2.0, 2.0)
