"""Draws one picture anew, in a process of its own that may use little of anything. Run by `conversation/pictures.py`.

In: one line of JSON {side, thumb, formats, frames}, then the file. Out: one line of JSON {mime, width, height, sizes},
then the picture and its thumbnail; or {"error"}. What is not a picture's dots (EXIF with the place it was taken, XMP,
comments, whatever hangs on behind) is not drawn and so is gone; how it was held is applied first. Colour profiles stay.
Nothing of ours is imported: it runs isolated, with Pillow and the standard library.
"""

from __future__ import annotations

import io
import json
import resource
import sys
import warnings
from typing import Any

MEMORY_BYTES = 1024 * 1024 * 1024
CPU_SECONDS = 20
MOST_PIXELS = 50_000_000  # a camera of today has 50 million; decoded that is 200 MB
MOST_FRAME_PIXELS = 60_000_000  # of a moving picture, all frames together
LARGEST_PROFILE = 64 * 1024
FORMATS = {"JPEG": "image/jpeg", "PNG": "image/png", "WEBP": "image/webp", "GIF": "image/gif"}


def main() -> None:
    """One picture from stdin to stdout."""
    for limit, value in ((resource.RLIMIT_AS, MEMORY_BYTES), (resource.RLIMIT_CPU, CPU_SECONDS),
                         (resource.RLIMIT_NOFILE, 32), (resource.RLIMIT_CORE, 0), (resource.RLIMIT_FSIZE, 0)):
        resource.setrlimit(limit, (value, value))
    head, _, content = sys.stdin.buffer.read().partition(b"\n")
    try:
        told, parts = _drawn(content, json.loads(head))
    except Exception as error:  # noqa: BLE001  whatever a file does to a decoder, it is the file that is not shown
        told, parts = {"error": type(error).__name__}, []
    sys.stdout.buffer.write(json.dumps(told).encode() + b"\n" + b"".join(parts))


def _drawn(content: bytes, asked: dict[str, Any]) -> tuple[dict[str, Any], list[bytes]]:
    from PIL import Image, ImageOps

    warnings.simplefilter("error", Image.DecompressionBombWarning)
    Image.MAX_IMAGE_PIXELS = MOST_PIXELS
    with Image.open(io.BytesIO(content), formats=tuple(FORMATS)) as opened:
        frames = min(getattr(opened, "n_frames", 1), asked["frames"])
        if opened.width * opened.height * frames > MOST_FRAME_PIXELS:
            frames = 1
        wanted = _format(opened, asked["formats"])
        if frames > 1 and wanted in ("WEBP", "GIF"):
            return _moving(opened, frames, wanted, asked)
        opened.seek(0)
        if opened.format == "JPEG":
            opened.draft(None, (asked["side"], asked["side"]))
        still = ImageOps.exif_transpose(opened)
        still.thumbnail((asked["side"], asked["side"]))
        small = still.copy()
        small.thumbnail((asked["thumb"], asked["thumb"]))
        whole = _saved(still, wanted)
        parts = [whole, _saved(small, "WEBP", quality=78)]
        return _told(wanted, still.size, parts), parts


def _moving(opened: Any, frames: int, wanted: str, asked: dict[str, Any]) -> tuple[dict[str, Any], list[bytes]]:
    """A moving picture keeps its frames and their times; its thumbnail is the first."""
    drawn, times = [], []
    for n in range(frames):
        opened.seek(n)
        drawn.append(opened.convert("RGBA"))
        times.append(max(20, int(opened.info.get("duration") or 100)))
    small = drawn[0].copy()
    small.thumbnail((asked["thumb"], asked["thumb"]))
    target = io.BytesIO()
    more = {"quality": 80, "method": 2} if wanted == "WEBP" else {"disposal": 2, "optimize": False}
    drawn[0].save(target, wanted, save_all=True, append_images=drawn[1:], duration=times, loop=0, **more)
    parts = [target.getvalue(), _saved(small, "WEBP", quality=78)]
    return _told(wanted, drawn[0].size, parts), parts


def _format(opened: Any, formats: list[str]) -> str:
    """Its own format if that is wanted; else PNG for what one can see through, JPEG for the rest."""
    if FORMATS[opened.format] in formats:
        return str(opened.format)
    through = opened.mode in ("RGBA", "LA", "PA") or "transparency" in opened.info
    return "PNG" if through and "image/png" in formats else "JPEG"


def _saved(picture: Any, wanted: str, quality: int = 87) -> bytes:
    if wanted == "JPEG" and picture.mode not in ("RGB", "L"):
        picture = _flat(picture)
    elif picture.mode not in ("RGB", "RGBA", "L", "LA", "P", "1"):
        picture = picture.convert("RGB")
    if wanted == "WEBP" and picture.mode not in ("RGB", "RGBA"):
        picture = picture.convert("RGBA" if "A" in picture.mode or "transparency" in picture.info else "RGB")
    profile = picture.info.get("icc_profile") or b""
    kept = {"icc_profile": profile} if 0 < len(profile) <= LARGEST_PROFILE and picture.mode in ("RGB", "RGBA") else {}
    picture.info = {name: picture.info[name] for name in ("transparency",) if name in picture.info}
    more: dict[str, Any] = {"quality": quality} if wanted in ("JPEG", "WEBP") else {}
    target = io.BytesIO()
    picture.save(target, wanted, **kept, **more)
    return target.getvalue()


def _flat(picture: Any) -> Any:
    """On white, for a format that knows no holes."""
    from PIL import Image

    if picture.mode not in ("RGBA", "LA", "PA", "P"):
        return picture.convert("RGB")
    solid = picture.convert("RGBA")
    ground = Image.new("RGBA", solid.size, "white")
    ground.alpha_composite(solid)
    return ground.convert("RGB")


def _told(wanted: str, size: tuple[int, int], parts: list[bytes]) -> dict[str, Any]:
    return {"mime": FORMATS[wanted], "width": size[0], "height": size[1], "sizes": [len(part) for part in parts]}


if __name__ == "__main__":
    main()
