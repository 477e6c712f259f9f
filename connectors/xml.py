"""XML from outside: no entities, no network, no bombs."""

from __future__ import annotations

from lxml import etree

_PARSER = etree.XMLParser(
    resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False, remove_comments=True, remove_pis=True
)


class UnsafeXML(ValueError):
    """The document asks for something that a registry's document has no need of."""


def parse(data: bytes) -> etree._Element:
    """Return the root of a document.

    Raises:
        etree.XMLSyntaxError: it is not well-formed, or its encoding is not the declared one.
        UnsafeXML: it declares a document type, the door to entities.
    """
    root = etree.fromstring(data, _PARSER)
    # Looking at the bytes is much cheaper than asking the tree, but says nothing in encodings with zero bytes.
    if b"<!DOCTYPE" in data or b"\0" in data[:4]:
        refuse_document_type(root)
    return root


def refuse_document_type(element: etree._Element) -> None:
    """Refuse a document that declares a document type.

    Raises:
        UnsafeXML: it does.
    """
    if element.getroottree().docinfo.internalDTD is not None:
        raise UnsafeXML("it declares a document type, which may hide entities")


def reason(error: Exception) -> str:
    """Return what is wrong with a document in one line."""
    return str(error).splitlines()[0] if str(error) else type(error).__name__
