"""XMP packets: writing a small one, and reading the two fields that Gesso looks for.

ISO 16684-1; IPTC Photo Metadata 2023.2 for DigitalSourceType. Gesso's own namespace holds one
property, the recipe as JSON text.
"""

from __future__ import annotations

import logging
import xml.etree.ElementTree as ET
from xml.sax.saxutils import quoteattr

log = logging.getLogger(__name__)

NAMESPACE = "urn:gesso:recipe:1:"
_IPTC_EXT = "http://iptc.org/std/Iptc4xmpExt/2008-02-29/"
_XMP = "http://ns.adobe.com/xap/1.0/"
_MAX_BYTES = 16 << 20


def packet(*, source_type: str = "", creator_tool: str = "", recipe: str = "") -> bytes:
    """Return an XMP packet with those of the properties that are given."""
    properties = [
        (f"xmlns:Iptc4xmpExt={quoteattr(_IPTC_EXT)} Iptc4xmpExt:DigitalSourceType", source_type),
        (f"xmlns:xmp={quoteattr(_XMP)} xmp:CreatorTool", creator_tool),
        (f"xmlns:gesso={quoteattr(NAMESPACE)} gesso:Recipe", recipe),
    ]
    written = " ".join(f"{name}={_attribute(value)}" for name, value in properties if value)
    text = (
        '<?xpacket begin="\ufeff" id="W5M0MpCehiHzreSzNTczkc9d"?>'
        '<x:xmpmeta xmlns:x="adobe:ns:meta/">'
        '<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">'
        f'<rdf:Description rdf:about="" {written}/>'
        '</rdf:RDF></x:xmpmeta><?xpacket end="r"?>'
    )
    return text.encode()


def _attribute(value: str) -> str:
    # XML cannot hold control characters at all, not even escaped.
    legal = "".join(c for c in value if c in "\t\n\r" or (c >= " " and c not in "\ufffe\uffff"))
    legal = legal.encode("utf-8", "replace").decode()
    return quoteattr(legal, {"\n": "&#10;", "\r": "&#13;", "\t": "&#9;"})


def properties(data: bytes) -> dict[str, str]:
    """Return the simple properties of a packet by "{namespace}name"; empty if it is damaged."""
    if not data or len(data) > _MAX_BYTES:
        return {}
    # Entities are of no use in XMP, and a few lines of them expand to gigabytes.
    if b"<!DOCTYPE" in data or b"<!ENTITY" in data or b"\0" in data:
        log.debug("XMP with a document type ignored")
        return {}
    try:
        root = ET.fromstring(data.strip().rstrip(b"\0"))
    except (ET.ParseError, ValueError, LookupError, RecursionError) as error:
        log.debug("XMP ignored: %s", error)
        return {}
    found: dict[str, str] = {}
    for element in root.iter("{http://www.w3.org/1999/02/22-rdf-syntax-ns#}Description"):
        found.update(element.attrib)
        found.update({child.tag: child.text for child in element if child.text})
    return found


RECIPE = f"{{{NAMESPACE}}}Recipe"
SOURCE_TYPE = f"{{{_IPTC_EXT}}}DigitalSourceType"
CREATOR_TOOL = f"{{{_XMP}}}CreatorTool"
