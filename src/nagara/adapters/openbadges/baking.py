"""Baking: a credential inside a picture, and out of it again (Open Badges 3.0, 5.3; 2.0 is read too)."""

from __future__ import annotations

import struct
import zlib
from xml.sax.saxutils import escape

from defusedxml import ElementTree
from defusedxml.common import DefusedXmlException

PNG = b"\x89PNG\r\n\x1a\n"
KEYWORD = b"openbadgecredential"
KEYWORDS = {KEYWORD: "3.0", b"openbadges": "2.0"}
NAMESPACE = "https://purl.imsglobal.org/ob/v3p0"
SVG_PLACES = {
    f"{{{NAMESPACE}}}credential": "3.0",
    "{http://openbadges.org}assertion": "2.0",
}


def bake_png(picture: bytes, credential: str) -> bytes:
    """The picture with the credential (JSON text or compact JWS) in an iTXt chunk after the header.
    Raises ValueError for what is no PNG, or is baked already."""
    chunks = list(_chunks(picture))
    if not chunks or chunks[0][0] != b"IHDR":
        raise ValueError("this is no PNG picture")
    if any(kind == b"iTXt" and body.split(b"\0", 1)[0] in KEYWORDS for kind, body in chunks):
        raise ValueError("this picture has a credential already")
    text = KEYWORD + b"\0\0\0\0\0" + credential.encode()
    return PNG + b"".join(_chunk(*c) for c in [chunks[0], (b"iTXt", text), *chunks[1:]])


def bake_svg(picture: str, credential: str) -> str:
    """The picture with the credential as first element. A compact JWS goes into the attribute `verify`,
    JSON into the element. Raises ValueError for what is no SVG."""
    at = picture.find(">", picture.find("<svg"))
    if "<svg" not in picture or at < 0 or picture[at - 1] == "/":
        raise ValueError("this is no SVG picture")
    if credential.lstrip().startswith("{"):
        safe = credential.replace("]]>", "]]]]><![CDATA[>")
        made = f"<openbadges:credential><![CDATA[{safe}]]></openbadges:credential>"
    else:
        made = f'<openbadges:credential verify="{escape(credential)}"></openbadges:credential>'
    return f'{picture[:at]} xmlns:openbadges="{NAMESPACE}">{made}{picture[at + 1 :]}'


def baked(data: bytes) -> str | None:
    """The credential inside a picture; None for a picture without one, and for what is no picture."""
    if data.startswith(PNG):
        return _from_png(data)
    if b"<svg" in data[:4096]:
        return _from_svg(data)
    return None


def _from_png(data: bytes) -> str | None:
    try:
        for kind, body in _chunks(data):
            keyword, _, rest = body.partition(b"\0")
            if kind == b"iTXt" and keyword in KEYWORDS and len(rest) >= 2 and rest[0] == 0:
                return rest[2:].split(b"\0", 2)[2].decode("utf-8")
            if kind == b"tEXt" and keyword in KEYWORDS:
                return rest.decode("latin-1")
    except (ValueError, IndexError):
        return None
    return None


def _from_svg(data: bytes) -> str | None:
    try:
        root = ElementTree.fromstring(data)
    except (ElementTree.ParseError, DefusedXmlException, ValueError):
        return None
    for element in root.iter():
        if element.tag in SVG_PLACES:
            return str(element.get("verify") or "".join(element.itertext())).strip() or None
    return None


def _chunks(data: bytes) -> list[tuple[bytes, bytes]]:
    """Type and body of each chunk. Raises ValueError where the picture is broken."""
    if not data.startswith(PNG):
        raise ValueError("this is no PNG picture")
    at, found = len(PNG), []
    while at + 12 <= len(data):
        length, kind = struct.unpack(">I4s", data[at : at + 8])
        body = data[at + 8 : at + 8 + length]
        if len(body) != length or zlib.crc32(kind + body) != int.from_bytes(
            data[at + 8 + length : at + 12 + length], "big"
        ):
            raise ValueError("the picture is broken")
        found.append((kind, body))
        at += 12 + length
        if kind == b"IEND":
            break
    return found


def _chunk(kind: bytes, body: bytes) -> bytes:
    return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))
