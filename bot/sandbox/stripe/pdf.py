"""Write a PDF of one page by hand: a title and pairs of words, in the built-in Helvetica."""

from collections.abc import Iterable

TITLE_POINTS = 20
TEXT_POINTS = 11
LINE_POINTS = 22
LEFT_POINTS = 72
TOP_POINTS = 720
SECOND_COLUMN_POINTS = 170


def one_page(title: str, facts: Iterable[tuple[str, str]]) -> bytes:
    """The PDF."""
    words = [text_at(LEFT_POINTS, TOP_POINTS, TITLE_POINTS, title)]
    height = TOP_POINTS - 2 * LINE_POINTS
    for name, value in facts:
        words.append(text_at(LEFT_POINTS, height, TEXT_POINTS, name))
        words.append(text_at(LEFT_POINTS + SECOND_COLUMN_POINTS, height, TEXT_POINTS, value))
        height -= LINE_POINTS
    content = b"\n".join(words)
    objects = [
        b"<< /Type /Catalog /Pages 2 0 R >>",
        b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
        (
            b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 612 792] /Contents 4 0 R "
            b"/Resources << /Font << /F1 5 0 R >> >> >>"
        ),
        b"<< /Length %d >>\nstream\n%s\nendstream" % (len(content), content),
        b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica /Encoding /WinAnsiEncoding >>",
    ]
    return assembled(objects)


def text_at(left: int, height: int, points: int, text: str) -> bytes:
    """The operators that show a text; what Helvetica lacks becomes a question mark."""
    shown = text.encode("cp1252", "replace")
    for special in (b"\\", b"(", b")"):
        shown = shown.replace(special, b"\\" + special)
    return b"BT /F1 %d Tf %d %d Td (%s) Tj ET" % (points, left, height, shown)


def assembled(objects: list[bytes]) -> bytes:
    """Numbered objects, the table of where they are, and the trailer."""
    parts = bytearray(b"%PDF-1.4\n")
    places = []
    for number, body in enumerate(objects, 1):
        places.append(len(parts))
        parts += b"%d 0 obj\n%s\nendobj\n" % (number, body)
    start = len(parts)
    parts += b"xref\n0 %d\n0000000000 65535 f \n" % (len(objects) + 1)
    for place in places:
        parts += b"%010d 00000 n \n" % place
    parts += b"trailer\n<< /Size %d /Root 1 0 R >>\n" % (len(objects) + 1)
    parts += b"startxref\n%d\n%%%%EOF\n" % start
    return bytes(parts)
