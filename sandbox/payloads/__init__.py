"""A realistic consultation to try things with: whom the backend wants called and about what, and who answers."""

from importlib import resources

from sandbox.script import Script, parse_script


def example_payload() -> bytes:
    """Returns the body of `POST /api/receive` for an elderly woman with two known problems and five questions."""
    return (resources.files(__package__) / "receive.json").read_bytes()


def example_callee() -> Script:
    """Returns that woman: she answers sensibly, asks back once who is calling, and is silent once."""
    return parse_script((resources.files(__package__) / "callee.json").read_bytes())
