"""Parses TwiML documents (Twilio docs, "TwiML for Voice")."""

from dataclasses import dataclass
from typing import Final
from urllib.parse import urljoin, urlsplit
from xml.etree import ElementTree

from sandbox.twilio.attributes import INVALID, Warn
from sandbox.twilio.verb_readers import read_verb
from sandbox.twilio.verbs import Verb

MOST_BYTES: Final = 64 * 1024


class TwimlError(Exception):
    """Raised for a document that cannot be executed; `code` is Twilio's, None for a limit of the sandbox."""

    def __init__(self, code: int | None, message: str) -> None:
        self.code = code
        super().__init__(message)


@dataclass(frozen=True, slots=True)
class Document:
    """Holds a document.

    Attributes:
        url: where it came from; empty if it was given to the REST API as text.
        verbs: in order.
    """

    url: str
    verbs: tuple[Verb, ...]

    def resolve(self, reference: str | None) -> str:
        """Returns the absolute URL for an `action` or the like; None and empty are the document itself.

        Raises:
            TwimlError: a document without a URL refers to something relative (15004).
        """
        if not self.url and not urlsplit(reference or "").netloc:
            raise TwimlError(15004, "URLs in TwiML that was given as text must be absolute")
        return urljoin(self.url, (reference or "").strip())


def parse(text: str | bytes, url: str, warn: Warn) -> Document:
    """Parses a document.

    Args:
        text: the document; nothing but white space is a document without verbs.
        url: where it came from, or empty.
        warn: told of everything that Twilio would warn of: code and message.

    Raises:
        TwimlError: it is too large (11750), no XML (12100), or no `<Response>` (12102).
    """
    data = text.encode() if isinstance(text, str) else text
    if len(data) > MOST_BYTES:
        raise TwimlError(11750, f"the document has more than {MOST_BYTES} bytes")
    if not data.strip():
        return Document(url, ())
    if b"<!DOCTYPE" in data:
        raise TwimlError(12100, "the document has a document type, which TwiML has not")
    try:
        root = ElementTree.fromstring(data)  # noqa: S314 - no document type, so no entities
    except (ElementTree.ParseError, ValueError, LookupError) as error:
        raise TwimlError(12100, f"the document is no XML: {error}") from error
    if root.tag != "Response":
        raise TwimlError(12102, f"the root element is <{root.tag}>, not <Response>")
    if root.attrib:
        warn(INVALID, "<Response> has no attributes")
    verbs = [read_verb(element, warn) for element in root]
    return Document(url, tuple(verb for verb in verbs if verb is not None))
