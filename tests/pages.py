"""Reading a page as a person does: its tables, details and lines as plain texts."""

from typing import Any
from xml.etree.ElementTree import Element

import lxml.html  # type: ignore[import-untyped]  # it has no stubs

#: What nobody sees or hears as part of a sentence.
_SILENT = {"script", "style", "svg", "template"}


def tree(response: Any) -> Element:
    """The page of a test client's response."""
    # libxml2 takes a thirtieth of the time that a parser in Python takes, which reads our pages alike.
    parser = lxml.html.HTMLParser(encoding="utf-8", remove_comments=True, remove_pis=True)
    found: Element = lxml.html.document_fromstring(response.content, parser=parser)
    for tag in ("textarea", "pre"):
        for part in found.iter(tag):
            # HTML's own rule, which libxml2 does not know: the first line break is not of the text.
            part.text = (part.text or "").removeprefix("\n")
    return found


def text(node: Element) -> str:
    """All words of a node in their order, white space as one blank."""

    def words(part: Element) -> str:
        if part.tag in _SILENT:
            return part.tail or ""
        return f"{part.text or ''}{''.join(words(child) for child in part)}{part.tail or ''}"

    return " ".join(f"{node.text or ''}{''.join(words(child) for child in node)}".split())


def by_class(node: Element, name: str) -> list[Element]:
    """All nodes beneath that carry a class."""
    return [part for part in node.iter() if name in (part.get("class") or "").split()]


def texts(node: Element, name: str) -> list[str]:
    """The words of all nodes beneath that carry a class."""
    return [text(part) for part in by_class(node, name)]


def details(node: Element) -> list[tuple[str, str]]:
    """The terms beneath, each with what is said of it."""
    return [(text(term), text(said)) for term, said in zip(node.iter("dt"), node.iter("dd"), strict=True)]


def tables(node: Element) -> list[list[list[str]]]:
    """The rows of the bodies of all tables beneath, cell by cell."""
    return [
        [[text(cell) for cell in row if cell.tag in ("th", "td")] for row in body.iter("tr")]
        for body in node.iter("tbody")
    ]


def fields(form: Element) -> dict[str, list[str]]:
    """What a browser would send of `form` as it is shown."""
    sent: dict[str, list[str]] = {}
    for field in form.iter():
        name, kind = field.get("name"), field.get("type")
        if not name or field.get("disabled") is not None or kind in ("submit", "file"):
            continue
        if field.tag == "select":
            options = list(field.iter("option"))
            chosen = [option for option in options if option.get("selected") is not None]
            shown = chosen or ([] if field.get("multiple") is not None else options[:1])
            sent.setdefault(name, []).extend(option.get("value", option.text or "") for option in shown)
        elif field.tag == "textarea":
            sent.setdefault(name, []).append(field.text or "")
        elif field.tag == "input" and (kind not in ("checkbox", "radio") or field.get("checked") is not None):
            sent.setdefault(name, []).append(field.get("value", "on" if kind in ("checkbox", "radio") else ""))
    return sent
