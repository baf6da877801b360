"""A page as a test reads it: what it says, and what its form would send."""

from dataclasses import dataclass, field
from html.parser import HTMLParser

_INLINE = ("a", "b", "bdi", "code", "span")
_VOID = ("input", "meta", "link", "img", "br")
Fields = list[tuple[str, str]]


@dataclass
class Html(HTMLParser):
    """Parsed HTML. `fields` are what the page's only form, or its first, sends when nothing is touched."""

    source: str
    title: str = ""
    headings: list[str] = field(default_factory=list[str])
    text: str = ""
    tags: list[tuple[str, dict[str, str]]] = field(default_factory=list[tuple[str, dict[str, str]]])

    def __post_init__(self) -> None:
        super().__init__()
        self._open: list[str] = []
        self.feed(self.source)
        self.text = " ".join(self.text.split())
        self.headings = [" ".join(heading.split()) for heading in self.headings]

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag not in _INLINE:
            self.text += " "
        self.tags.append((tag, {name: value or "" for name, value in attrs}))
        if tag not in _VOID:
            self._open.append(tag)
        if tag == "h1":
            self.headings.append("")

    def handle_endtag(self, tag: str) -> None:
        if tag not in _INLINE:
            self.text += " "
        if tag in self._open:
            while self._open.pop() != tag:
                pass

    def handle_data(self, data: str) -> None:
        if "title" in self._open:
            self.title += data
        else:
            self.text += data
        if "h1" in self._open:
            self.headings[-1] += data

    def all(self, tag: str, **attributes: str) -> list[dict[str, str]]:
        """The attributes of each element with this tag that has these."""
        return [has for name, has in self.tags if name == tag and attributes.items() <= has.items()]

    def value(self, name: str) -> str:
        """The value of the first field with this name."""
        return self.all("input", name=name)[0]["value"]

    @property
    def fields(self) -> Fields:
        """What the inputs send as they stand."""
        return [
            (element["name"], element.get("value", ""))
            for element in self.all("input")
            if element["type"] not in ("radio", "checkbox") or "checked" in element
        ]


def changed(fields: Fields, **values: str | list[str]) -> Fields:
    """The fields with other values; a list gives a field several, or none."""
    kept = [(name, value) for name, value in fields if name not in values]
    for name, value in values.items():
        kept += [(name, text) for text in ([value] if isinstance(value, str) else value)]
    return kept


def forms(source: str) -> list[Fields]:
    """What each form of a page sends when nothing is touched."""
    return [Html(f"<form {form}").fields for form in source.split("<form ")[1:]]
