"""What a browser's form holds: bounded in size, number and time."""

from __future__ import annotations

from collections.abc import Mapping
from urllib.parse import parse_qsl

import anyio
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect, Request

from gateway.core.act_form import MOST_MATTERS

LARGEST_FORM = 16_384
"""Bytes. What people write is far shorter."""
MOST_FIELDS = MOST_MATTERS + 10
"""Of a form in which as much is ticked as may be."""
FORM_WITHIN_S = 10.0


async def form_fields(request: Request) -> Mapping[str, str]:
    """What a form holds: bounded in size, number and time.

    Raises:
        HTTPException: it is no form, too large or too slow.
    """
    if request.headers.get("content-type", "").partition(";")[0].strip() != "application/x-www-form-urlencoded":
        raise HTTPException(415)
    body = b""
    try:
        with anyio.fail_after(FORM_WITHIN_S):
            async for piece in request.stream():
                body += piece
                if len(body) > LARGEST_FORM:
                    raise HTTPException(413)
        return dict(parse_qsl(body.decode(), keep_blank_values=True, max_num_fields=MOST_FIELDS))
    except TimeoutError:
        raise HTTPException(408) from None
    except ClientDisconnect:
        raise HTTPException(400) from None
    except ValueError:  # too many fields, or no UTF-8
        raise HTTPException(400) from None
