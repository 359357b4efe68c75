"""RLIKE: a small regular expression language whose matching takes linear time on every input.

Python's own engine backtracks: `(a|a)*b` on a long value would hold a worker for minutes. So patterns are parsed here and
run as sets of states; for PostgreSQL they are written out again in its syntax, with the same meaning.

Known: literals, `.`, `[a-z]`, `[^…]`, `\\d \\w \\s` and their capitals (ASCII), `( )`, `|`, `* + ? {m} {m,} {m,n}` (to 50), and
`^` and `$`, the ends of the value. A match may be anywhere in the value; there are no back references or look-arounds.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache

LONGEST = 200
MOST_REPEATS = 50
MOST_STATES = 400
MOST_REMEMBERED = 50_000  # states in remembered sets: some 3 MB a pattern
DEEPEST = 20

_CLASSES = {
    "d": (("0", "9"),),
    "w": (("0", "9"), ("A", "Z"), ("_", "_"), ("a", "z")),
    "s": (("\t", "\r"), (" ", " ")),
}
_CONTROL = {"n": "\n", "t": "\t", "r": "\r"}
_SPECIAL = set("\\^$.|?*+()[]{}")


class BadRegex(ValueError):
    """The pattern is outside the language; the text says why."""


@dataclass(frozen=True, slots=True)
class Letters:
    """One character out of (or, negated, outside of) closed ranges; no ranges and negated: any character."""

    ranges: tuple[tuple[str, str], ...]
    negated: bool = False

    def accepts(self, letter: str) -> bool:
        """Whether this character is meant."""
        return any(low <= letter <= high for low, high in self.ranges) != self.negated


@dataclass(frozen=True, slots=True)
class Edge:
    """The beginning or the end of the value."""

    end: bool


@dataclass(frozen=True, slots=True)
class Sequence:
    """One after the other; empty: the empty text."""

    parts: tuple["Part", ...]


@dataclass(frozen=True, slots=True)
class Choice:
    """One of several."""

    parts: tuple["Part", ...]


@dataclass(frozen=True, slots=True)
class Repeat:
    """`low` to `high` times (None: without end)."""

    part: "Part"
    low: int
    high: int | None


Part = Letters | Edge | Sequence | Choice | Repeat
ANY = Letters((), negated=True)


class _Parser:
    """Recursive descent over the pattern; depth and repeats are bounded."""

    def __init__(self, pattern: str):
        self.pattern = pattern
        self.at = 0
        self.depth = 0

    def peek(self) -> str:
        return self.pattern[self.at] if self.at < len(self.pattern) else ""

    def take(self) -> str:
        letter = self.peek()
        self.at += 1
        return letter

    def choice(self) -> Part:
        parts = [self.sequence()]
        while self.peek() == "|":
            self.take()
            parts.append(self.sequence())
        return parts[0] if len(parts) == 1 else Choice(tuple(parts))

    def sequence(self) -> Part:
        parts: list[Part] = []
        while self.peek() not in ("", "|", ")"):
            parts.append(self.repeated())
        return Sequence(tuple(parts))

    def repeated(self) -> Part:
        part = self.atom()
        if self.peek() not in ("*", "+", "?", "{"):
            return part
        if isinstance(part, Edge):
            raise BadRegex("nothing to repeat before a quantifier")
        low, high = self.quantifier()
        if self.peek() in ("*", "+", "?", "{"):
            raise BadRegex("two quantifiers in a row")
        return Repeat(part, low, high)

    def quantifier(self) -> tuple[int, int | None]:
        sign = self.take()
        if sign != "{":
            return {"*": (0, None), "+": (1, None), "?": (0, 1)}[sign]
        end = self.pattern.find("}", self.at)
        body = self.pattern[self.at : end] if end >= 0 else ""
        self.at = end + 1
        low, comma, high = body.partition(",")
        if end < 0 or not low.isdecimal() or (high and not high.isdecimal()) or not body.isascii():
            raise BadRegex("a repeat is written {m}, {m,} or {m,n}")
        least, most = int(low), (int(high) if high else None) if comma else int(low)
        if max(least, most or 0) > MOST_REPEATS or (most is not None and most < least):
            raise BadRegex(f"a repeat goes up to {MOST_REPEATS}, the smaller number first")
        return least, most

    def atom(self) -> Part:
        letter = self.take()
        if letter == "(":
            return self.group()
        if letter == "[":
            return self.bracket()
        if letter == ".":
            return ANY
        if letter in "^$":
            return Edge(letter == "$")
        if letter == "\\":
            return self.escape()
        if letter in _SPECIAL - {"]", "}"}:
            raise BadRegex(f"nothing to repeat before '{letter}'" if letter in "*+?{" else f"'{letter}' stands alone")
        return Letters(((letter, letter),))

    def group(self) -> Part:
        self.depth += 1
        if self.depth > DEEPEST:
            raise BadRegex(f"groups nest up to {DEEPEST} deep")
        if self.peek() == "?":
            if self.pattern[self.at : self.at + 2] != "?:":
                raise BadRegex("look-arounds, flags and names are not part of the language")
            self.at += 2
        part = self.choice()
        if self.take() != ")":
            raise BadRegex("a group is never closed")
        self.depth -= 1
        return part

    def escape(self) -> Letters:
        letter = self.take()
        if letter.lower() in _CLASSES:
            return Letters(_CLASSES[letter.lower()], negated=letter.isupper())
        return Letters(((self.literal(letter),) * 2,))

    def literal(self, letter: str) -> str:
        if letter in _CONTROL:
            return _CONTROL[letter]
        if letter == "" or letter.isalnum():
            raise BadRegex(f"'\\{letter}' is not part of the language")
        return letter

    def bracket(self) -> Letters:
        negated = self.peek() == "^"
        if negated:
            self.take()
        ranges: list[tuple[str, str]] = []
        while self.peek() != "]" or not ranges:
            ranges += self.member()
        self.take()
        return Letters(tuple(sorted(ranges)), negated)

    def member(self) -> tuple[tuple[str, str], ...]:
        low = self.take()
        if low == "":
            raise BadRegex("a [ is never closed")
        if low == "[":
            raise BadRegex("write \\[ inside brackets")
        if low == "\\":
            low = self.take()
            if low in _CLASSES:
                return _CLASSES[low]
            low = self.literal(low)
        if self.peek() != "-" or self.pattern[self.at + 1 : self.at + 2] in ("]", ""):
            return ((low, low),)
        self.take()
        high = self.take()
        high = self.literal(self.take()) if high == "\\" else high
        if high < low:
            raise BadRegex(f"the range {low}-{high} runs backwards")
        return ((low, high),)


def parse_regex(pattern: str) -> Part:
    """The pattern as a tree. Raises BadRegex for what is outside the language or too large."""
    if len(pattern) > LONGEST:
        raise BadRegex(f"a regular expression has at most {LONGEST} characters")
    parser = _Parser(pattern)
    part = parser.choice()
    if parser.at < len(pattern):
        raise BadRegex("a ) has no (")
    if _weight(part) > MOST_STATES:
        raise BadRegex("the repeats make the regular expression too large")
    return part


def _weight(part: Part) -> int:
    if isinstance(part, Repeat):
        return (_weight(part.part) + 1) * max(part.low, part.high or part.low, 1)
    if isinstance(part, (Sequence, Choice)):
        return 1 + sum(_weight(one) for one in part.parts)
    return 1


def to_postgres(part: Part) -> str:
    """The same pattern in PostgreSQL's syntax, every literal escaped, so that no other feature of it can be reached."""
    if isinstance(part, Letters):
        return _bracket(part)
    if isinstance(part, Edge):
        return "$" if part.end else "^"
    if isinstance(part, Repeat):
        high = "" if part.high is None else str(part.high)
        return f"(?:{to_postgres(part.part)}){{{part.low},{high}}}"
    if isinstance(part, Choice):
        return "(?:" + "|".join(map(to_postgres, part.parts)) + ")"
    return "(?:" + "".join(map(to_postgres, part.parts)) + ")"


def _bracket(letters: Letters) -> str:
    if letters == ANY:
        return "."
    ranges = "".join(_escaped(low) if low == high else f"{_escaped(low)}-{_escaped(high)}" for low, high in letters.ranges)
    return f"[{'^' if letters.negated else ''}{ranges}]"


def _escaped(letter: str) -> str:
    code = ord(letter)
    return letter if letter.isalnum() and letter.isascii() else f"\\u{code:04x}" if code < 0x10000 else f"\\U{code:08x}"


@dataclass(slots=True)
class _State:
    """A state of the automaton: either reads one character, or is passed freely (an edge of the value may be asked for)."""

    letters: Letters | None = None
    edge: Edge | None = None
    after: tuple[int, ...] = ()


class Regex:
    """A pattern ready to search values; sets of states and their successors are remembered as they occur."""

    def __init__(self, pattern: str):
        self._states: list[_State] = []
        self._accept = self._add(_State())
        self._start = self._build(parse_regex(pattern), self._accept)
        self._steps: dict[tuple[frozenset[int], str], frozenset[int]] = {}
        self._remembered = 0

    def _add(self, state: _State) -> int:
        self._states.append(state)
        return len(self._states) - 1

    def _build(self, part: Part, after: int) -> int:
        """The state at which `part` begins, if `after` is where it leads."""
        if isinstance(part, Letters):
            return self._add(_State(letters=part, after=(after,)))
        if isinstance(part, Edge):
            return self._add(_State(edge=part, after=(after,)))
        if isinstance(part, Choice):
            return self._add(_State(after=tuple(self._build(one, after) for one in part.parts)))
        if isinstance(part, Repeat):
            return self._repeat(part, after)
        for one in reversed(part.parts):
            after = self._build(one, after)
        return after

    def _repeat(self, part: Repeat, after: int) -> int:
        if part.high is None:
            loop = self._add(_State())
            self._states[loop].after = (self._build(part.part, loop), after)
            after = loop
        else:
            end = after
            for _ in range(part.high - part.low):
                after = self._add(_State(after=(self._build(part.part, after), end)))
        for _ in range(part.low):
            after = self._build(part.part, after)
        return after

    def _reach(self, states: Iterator[int] | list[int], at_start: bool, at_end: bool) -> frozenset[int]:
        """What can be reached without reading a character."""
        waiting, seen = list(states), set()
        while waiting:
            index = waiting.pop()
            if index in seen:
                continue
            seen.add(index)
            state = self._states[index]
            if state.letters is None and (state.edge is None or (at_end if state.edge.end else at_start)):
                waiting.extend(state.after)
        return frozenset(seen)

    def _step(self, states: frozenset[int], letter: str) -> frozenset[int]:
        key = (states, letter)
        found = self._steps.get(key)
        if found is None:
            if self._remembered > MOST_REMEMBERED:
                self._steps.clear()  # a cache, bounded: the next values fill it again
                self._remembered = 0
            read = [self._states[one] for one in states]
            moved = [after for state in read if state.letters and state.letters.accepts(letter) for after in state.after]
            found = self._steps[key] = self._reach([*moved, self._start], False, False)
            self._remembered += len(found)
        return found

    def search(self, value: str) -> bool:
        """Whether the pattern matches anywhere in the value."""
        current = self._reach([self._start], True, not value)
        for letter in value:
            if self._accept in current:
                return True
            current = self._step(current, letter)
        return self._accept in current or self._accept in self._reach(list(current), not value, True)


@lru_cache(maxsize=32)
def compiled(pattern: str) -> Regex:
    """The pattern ready to search; the last 32 are kept. Raises BadRegex."""
    return Regex(pattern)
