"""Content lines (RFC 5545 3.1) and the components that they make, both ways. What a property means is not known here.

Not through the `icalendar` package: it writes a text's own `\\N` as a line break, remembers the time zones of every
text that it reads for all that follow, and says in many kinds of exceptions what it could not read.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from urllib.parse import unquote

from msgspec import Struct

from rili.errors import InvalidParameter

TEXT_BYTES = 2**20
COMPONENTS = 2_000
"""In one text, alarms and the parts of time zones included."""
_DEPTH = 8
_LINE_OCTETS = 75
_BACKSLASH = ord("\\")

_FOLD = re.compile(r"(?:\r\n|\n|\r)[ \t]")
_BREAK = re.compile(r"\r\n|\n|\r")
_PARAMETER = r'[\w-]+=(?:"[^"]*"|[^";:,]*)(?:,(?:"[^"]*"|[^";:,]*))*'
_LINE = re.compile(rf"([\w.-]+)((?:;{_PARAMETER})*):(.*)", re.ASCII | re.DOTALL)
_ONE_PARAMETER = re.compile(r';([\w-]+)=(?:"([^"]*)"|([^";:,]*))', re.ASCII)
_ESCAPED = re.compile(r"\\(.)", re.DOTALL)
_ITEM = re.compile(r"(?:[^\\,]|\\.?)+", re.DOTALL)
_CARET = re.compile(r"\^([n'^])")
_CARETS = {"n": "\n", "'": '"', "^": "^"}
_CONTROLS = dict.fromkeys((*range(9), 11, 12, *range(14, 32), 127))
"""No text may hold them (RFC 5545 3.1)."""


class Property(Struct, frozen=True, gc=False):
    """One content line: its value as it stands there, its parameters by name, of a list of values the first."""

    name: str
    parameters: Mapping[str, str]
    value: str

    def text(self) -> str:
        """The value as TEXT (RFC 5545 3.3.11)."""
        return unescaped(self.value)

    def texts(self) -> list[str]:
        """The value as a list of TEXT, blank ones left out."""
        return [text for item in _ITEM.findall(self.value) if (text := unescaped(item).strip())]

    def refusal(self, what: str) -> InvalidParameter:
        """The failure that says *what* is wrong with it."""
        return InvalidParameter(description=f"{self.name}: {what}")


class Component(Struct, gc=False):
    """What stands between BEGIN and END."""

    name: str
    properties: list[Property] = []
    components: list[Component] = []

    def all(self, name: str) -> list[Property]:
        """Every property of that name."""
        return [one for one in self.properties if one.name == name]

    def first(self, *names: str) -> Property | None:
        """The first property of one of these names, the earlier name first."""
        return next((one for name in names for one in self.properties if one.name == name), None)

    def only(self, name: str) -> Property | None:
        """The property of that name. Raises InvalidParameter where it is there more than once."""
        there = self.all(name)
        if len(there) > 1:
            raise there[1].refusal(f"it must be there once in a {self.name}")
        return there[0] if there else None


def parse(text: bytes) -> list[Component]:
    """The outermost components. Raises InvalidParameter for what is not made of components and content lines."""
    if len(text) > TEXT_BYTES:
        raise InvalidParameter(description=f"iCalendar: it is longer than {TEXT_BYTES} bytes")
    try:
        unfolded = _FOLD.sub("", text.decode("utf-8-sig"))
    except UnicodeDecodeError:
        raise InvalidParameter(description="iCalendar: it is not UTF-8") from None
    outermost: list[Component] = []
    open_: list[Component] = []
    count = 0
    for line in _BREAK.split(unfolded.translate(_CONTROLS)):
        if not line.strip():
            continue
        one = _property(line)
        if one.name == "BEGIN":
            count += 1
            if count > COMPONENTS or len(open_) >= _DEPTH:
                raise one.refusal(f"more than {COMPONENTS} components, or more than {_DEPTH} in each other")
            component = Component(one.value.strip().upper())
            (open_[-1].components if open_ else outermost).append(component)
            open_.append(component)
        elif one.name == "END":
            if not open_ or open_.pop().name != one.value.strip().upper():
                raise one.refusal("it does not end what began last")
        elif not open_:
            raise one.refusal("it stands outside of every component")
        else:
            open_[-1].properties.append(one)
    if open_:
        raise InvalidParameter(description=f"END: {open_[-1].name[:40]} is not ended")
    return outermost


def _property(line: str) -> Property:
    match = _LINE.fullmatch(line)
    if match is None:
        raise InvalidParameter(
            description=f"iCalendar: expected NAME;PARAMETER=VALUE:VALUE, not {line[:60]!r}"
        )
    name, parameters, value = match.groups()
    return Property(
        name.upper(),
        {
            key.upper(): _CARET.sub(_uncaret, quoted or plain)
            for key, quoted, plain in _ONE_PARAMETER.findall(parameters)
        }
        if parameters
        else {},
        value,
    )


def unescaped(text: str) -> str:
    """What TEXT says. A backslash before what needs none stands for nothing."""
    return _ESCAPED.sub(lambda match: "\n" if match[1] in "nN" else match[1], text) if "\\" in text else text


def escaped(text: str) -> str:
    """As TEXT says it, every kind of line break as one, control characters left out."""
    text = _BREAK.sub("\n", text).translate(_CONTROLS)
    for plain, written in (("\\", "\\\\"), (";", "\\;"), (",", "\\,"), ("\n", "\\n")):
        text = text.replace(plain, written)
    return text


def line(name: str, value: str, /, **parameters: str | None) -> str:
    """A content line, not folded. A parameter that is None is left out, `_` in its name is `-`."""
    given = "".join(
        f";{key.replace('_', '-')}={_quoted(one)}" for key, one in parameters.items() if one is not None
    )
    return f"{name}{given}:{_BREAK.sub('', value).translate(_CONTROLS)}"


def text_line(name: str, text: str, /, **parameters: str | None) -> str:
    """A content line whose value is TEXT."""
    return line(name, escaped(text), **parameters)


def component(name: str, lines: Iterable[str]) -> list[str]:
    """*lines* between BEGIN and END."""
    return [f"BEGIN:{name}", *lines, f"END:{name}"]


def folded(lines: Iterable[str]) -> bytes:
    """The text: lines of 75 octets at most, cut between characters, each ended by CRLF (RFC 5545 3.1)."""
    return b"".join(_folded(one.encode()) for one in lines)


def data_html(uri: str) -> str | None:
    """The HTML that a `data:` address holds, as Thunderbird writes it; None where it holds none."""
    head, comma, data = uri.partition(",")
    return unquote(data, errors="replace") if comma and head.lower().startswith("data:text/html") else None


def _folded(line: bytes) -> bytes:
    parts: list[bytes] = []
    room = _LINE_OCTETS
    while len(line) > room:
        cut = room
        while line[cut] & 0xC0 == 0x80:
            cut -= 1
        if line[cut - 1] == _BACKSLASH:
            cut -= 1  # some clients take the halves of an escape for themselves (icalendar #1501)
        parts.append(line[:cut])
        line, room = line[cut:], _LINE_OCTETS - 1
    return b"\r\n ".join([*parts, line]) + b"\r\n"


def _quoted(value: str) -> str:
    """A parameter's value (RFC 6868), in quotes where it could be taken for something else."""
    value = _BREAK.sub("\n", value).translate(_CONTROLS)
    value = value.replace("^", "^^").replace("\n", "^n").replace('"', "^'")
    return value if re.fullmatch(r"[\w/+.=@-]*", value, re.ASCII) else f'"{value}"'


def _uncaret(match: re.Match[str]) -> str:
    return _CARETS[match[1]]
