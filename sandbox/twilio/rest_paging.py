"""Pages of the REST API's lists."""

from collections.abc import Mapping
from typing import Final

from sandbox.twilio.api_error import ApiError

_MOST_ON_A_PAGE: Final = 1000


def paging(query: Mapping[str, str]) -> tuple[int, int]:
    """Reads which page is wanted, from 0, and its size.

    Raises:
        ApiError: 20007 for a size that is none, 20001 for a page that is none.
    """
    page, page_size = query.get("Page", "0"), query.get("PageSize", "50")
    if not (page_size.isascii() and page_size.isdigit() and int(page_size) > 0):
        raise ApiError(20007)
    if not (page.isascii() and page.isdigit()):
        raise ApiError(20001, f"Invalid Page: {page}")
    return int(page), min(int(page_size), _MOST_ON_A_PAGE)
