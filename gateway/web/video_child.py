"""Makes one picture or one clip of what was recorded: a program of its own, which decodes what a camera sent, takes its
memory and time, and gives way to everything else. The camera is not asked.

Standard input: the request, as the page has pickled it. Standard output: the picture; a clip is a file. Ends with 0, or
with 1 and why on standard error.
"""

from __future__ import annotations

import errno
import pickle
import sys

from gateway.core.errors import GatewayError
from gateway.web.report_child import give_way, hand_over, not_written
from gateway.web.video_request import ClipRequest, PictureRequest

LARGEST_BYTES = 1_000_000_000
"""Of a clip: a quarter of an hour of 8 Mbit/s."""


def main() -> int:
    give_way(LARGEST_BYTES)
    request = pickle.load(sys.stdin.buffer)  # noqa: S301  # of the page's own making
    try:
        return _picture(request) if isinstance(request, PictureRequest) else _clip(request)
    except GatewayError as error:
        sys.stderr.write(str(error))
    except OSError as error:
        sys.stderr.write(not_written(error) if error.errno == errno.EFBIG else str(error))
    except ModuleNotFoundError as missing:
        sys.stderr.write(f"{missing.name} is not installed: pip install 'station-gateway[cameras]'")
    except MemoryError:
        sys.stderr.write("there is not enough memory for it")
    return 1


def _picture(request: PictureRequest) -> int:
    from gateway.cameras.watching.snapshot import snapshot

    return hand_over(snapshot(request.folder, request.segment, None, ".jpg").content)


def _clip(request: ClipRequest) -> int:
    from gateway.cameras.watching.clip import FORMS, write_clip

    write_clip(
        request.folder,
        request.segments,
        request.from_ms,
        request.to_ms,
        request.out,
        FORMS[".mp4"],
        request.title,
    )
    return 0


if __name__ == "__main__":
    sys.exit(main())
