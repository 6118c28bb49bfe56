"""The shape of an answer, and in which fields a live one differs from a recorded one."""

from __future__ import annotations

import json
from collections.abc import Collection, Iterator
from difflib import get_close_matches
from pathlib import Path
from typing import Any

from lxml import etree, html

KINDS = ("json", "xml", "html")
WHAT = {"json": "fältet", "xml": "elementet", "html": "klassen"}
MOST_NODES = 200_000  # of one answer; a larger one is compared by its beginning


def shape_of(body: bytes, kind: str) -> frozenset[str]:
    """Return the key paths of JSON, the element paths of XML or the classes of HTML; nothing when it is unreadable."""
    try:
        match kind:
            case "json":
                return frozenset(json_paths(json.loads(body)))
            case "xml":
                parser = etree.XMLParser(resolve_entities=False, no_network=True, recover=True, huge_tree=False)
                return frozenset(xml_paths(etree.fromstring(body, parser)))
            case "html":
                return frozenset(html_classes(html.fromstring(body)))
    except (ValueError, etree.LxmlError):
        pass
    return frozenset()


def json_paths(value: Any, path: str = "") -> Iterator[str]:
    """Yield the path of every key; the members of a list share theirs."""
    if isinstance(value, dict):
        for key, inner in value.items():
            here = f"{path}.{key}" if path else str(key)
            yield here
            yield from json_paths(inner, here)
    elif isinstance(value, list):
        for inner in value:
            yield from json_paths(inner, f"{path}[]")


def xml_paths(root: Any) -> Iterator[str]:
    """Yield the path of every element, without its namespace."""
    waiting = [(root, "")]
    for _ in range(MOST_NODES):
        if not waiting:
            return
        element, path = waiting.pop()
        if element is None or not isinstance(element.tag, str):
            continue
        here = f"{path}/{etree.QName(element).localname}" if path else etree.QName(element).localname
        yield here
        waiting.extend((child, here) for child in element)


def html_classes(root: Any) -> Iterator[str]:
    """Yield every class and id of a page as a selector."""
    for element in root.iter():
        yield from (f".{name}" for name in (element.get("class") or "").split())
        if element.get("id"):
            yield f"#{element.get('id')}"


def told_differences(
    recorded: frozenset[str], live: frozenset[str], kind: str, used: Collection[str] = ()
) -> list[str]:
    """Return a Swedish sentence per field that the recording has and the live answer lacks, the outermost only.

    Of a web page only the classes that the source's own code names (`used`) count: the rest is decoration.
    """
    if recorded and not live:
        return ["svaret går inte att läsa som i inspelningen"]
    missing = sorted(recorded - live)
    if kind == "html":
        missing = [name for name in missing if name[1:] in used]
    outermost = [path for path in missing if parent_of(path) not in recorded or parent_of(path) in live]
    return [f"{WHAT[kind]} {path} saknas{renamed(path, live - recorded)}" for path in outermost]


def parent_of(path: str) -> str:
    """Return the path of what a field lies in."""
    cut = max(path.rfind("."), path.rfind("/"))
    return path[:cut].removesuffix("[]") if cut > 0 else ""


def renamed(path: str, added: Collection[str]) -> str:
    """Return a guess of what a missing field is called now."""
    beside = {other: name_of(other) for other in added if parent_of(other) == parent_of(path)}
    near = get_close_matches(name_of(path), beside.values(), n=1, cutoff=0.5) or [*beside.values()][: len(beside) == 1]
    return f"; kanske heter det nu {near[0]}" if near else ""


def name_of(path: str) -> str:
    """Return the last name of a path."""
    return path[len(parent_of(path)) :].lstrip("[]./") or path


def words_of_source(module_file: Path) -> str:
    """Return the code of a source and of the modules beside it, in which the classes that it reads are named."""
    folder = module_file.parent.parent
    return "\n".join(path.read_text(encoding="utf-8") for path in [module_file, *sorted(folder.glob("*.py"))])
