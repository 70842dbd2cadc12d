import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sandbox.twilio.overrides import Overrides, parse_overrides


def test_without_a_fragment_twilio_retries_one_failed_connection():
    assert parse_overrides("https://gw.example/voice") == Overrides(1, frozenset({"ct"}), 5.0, 15.0, 15.0)


def test_the_example_of_the_documents():
    overrides = parse_overrides("https://gw.example/voice?x=1#rc=2&rp=5xx,ct,rt&rt=4000&ct=1000")
    assert overrides == Overrides(2, frozenset({"5xx", "ct", "rt"}), 1.0, 4.0, 15.0)


def test_all_is_all():
    assert parse_overrides("http://a/#rp=all").retry_on == {"4xx", "5xx", "ct", "rt"}


@pytest.mark.parametrize(
    ("fragment", "fault"),
    [
        ("rc=6", "rc"), ("rc=-1", "rc"), ("rc=x", "rc"), ("ct=99", "ct"), ("ct=10001", "ct"), ("rt=15001", "rt"),
        ("tt=0", "tt"), ("rp=6xx", "rp"), ("rp=", "rp"), ("xx=1", "xx"), ("rt=²", "rt"),
    ],
)  # fmt: skip
def test_what_is_out_of_range_is_a_fault_and_the_default_holds(fragment, fault):
    overrides = parse_overrides(f"http://a/#{fragment}")
    assert overrides.faults == (fault,)
    assert overrides == Overrides(faults=(fault,))


def test_edges_and_server_names_are_known_though_they_mean_nothing_here():
    assert parse_overrides("http://a/#e=tokyo&sni=n") == Overrides()


@settings(deadline=None)
@given(st.text())
def test_no_fragment_breaks_it_and_15_seconds_are_the_most(fragment):
    overrides = parse_overrides("http://a/#" + fragment)
    assert 0 <= overrides.retries <= 5
    assert 0.1 <= overrides.connect_s <= 10
    assert 0.1 <= overrides.read_s <= 15
    assert 0.1 <= overrides.total_s <= 15
