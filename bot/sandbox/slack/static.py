"""Hand out the page's own files, and nothing else of this machine."""

import mimetypes
from pathlib import Path

from starlette.responses import PlainTextResponse, Response

TYPES = {".js": "text/javascript", ".mjs": "text/javascript", ".css": "text/css"}


def read_static(folder: Path, name: str) -> Response:
    """A file of the folder; 404 for anything that lies outside it or is none."""
    root = folder.resolve()
    try:
        path = (root / name).resolve()
        if not path.is_relative_to(root) or not path.is_file():
            return PlainTextResponse("Not found", status_code=404)
        content = path.read_bytes()
    except (OSError, ValueError):
        return PlainTextResponse("Not found", status_code=404)
    kind = TYPES.get(path.suffix) or mimetypes.guess_type(path.name)[0]
    headers = {"Cache-Control": "no-store", "X-Content-Type-Options": "nosniff"}
    return Response(content, media_type=kind or "application/octet-stream", headers=headers)
