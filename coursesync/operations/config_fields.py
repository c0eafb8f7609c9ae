"""The fields of `coursesync.toml`: what each must hold, and what is wrong with those of a file.

It must never read a file.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass, fields
from typing import TYPE_CHECKING

from coursesync.errors import Code, Line, Remedy
from coursesync.nexudus.limits import PUBLISHED, SETTLING, Limits
from coursesync.nexudus.target import DEFAULT_BASE_URL
from coursesync.operations.page_pattern import PAGES, is_pattern, pattern_meant
from coursesync.state import STATE_NAME
from coursesync.text import inert, nearest

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

ANY_VERSION = ">=0.1,<1"
_ON_THE_WEB = re.compile(
    r"https://[A-Za-z0-9.-]+(?::[0-9]{1,5})?(?:/[\w.~!$&'()*+,;=:%-]*)*", re.ASCII
)


@dataclass(frozen=True, slots=True)
class Rule:
    """What a value must be, in words and as a function, and an example of one.

    `meant` returns the valid value that a text stands for; "" if there is none.
    """

    must_be: str
    fits: Callable[[object], bool]
    example: object
    meant: Callable[[str], str] = lambda _: ""


def _number(least: int, most: int, kind: type[int | float]) -> Callable[[object], bool]:
    def fits(value: object) -> bool:
        return isinstance(value, int | kind) and type(value) is not bool and least <= value <= most

    return fits


def _text(example: str) -> Rule:
    return Rule("text in quotes", lambda value: isinstance(value, str), example)


def _yes_or_no(*, example: bool) -> Rule:
    return Rule("true or false", lambda value: isinstance(value, bool), example)


def _seconds(example: float) -> Rule:
    return Rule("a number of seconds from 0 to 3,600", _number(0, 3_600, float), example)


def _requests(example: int) -> Rule:
    return Rule("a whole number from 1 to 1,000,000", _number(1, 1_000_000, int), example)


def _page(name: str) -> Rule:
    return Rule(
        "the https address of a page, in quotes, with {id} in place of the record's Id, without a "
        "user name, and with no other placeholder but {course_id}",
        is_pattern,
        f"https://dashboard.example.com/{name}s/{{id}}",
        pattern_meant,
    )


STORES = ("file", "git")
_ON_REMOVAL = ("keep", "deactivate", "delete")
_ALLOW = Rule(
    "a list of the names of rules of advice",
    lambda value: isinstance(value, list) and all(isinstance(each, str) for each in value),
    ["empty-contents"],
)
FIELDS = {
    "base_url": _text(DEFAULT_BASE_URL),
    "sandbox": _yes_or_no(example=True),
    "required_version": Rule(
        "versions in quotes, as pip takes them",
        lambda value: isinstance(value, str),  # `_check_version` has read it
        ANY_VERSION,
    ),
    "state": _text(STATE_NAME),
    "store": Rule(
        '"file" or "git"',
        lambda value: value in STORES,
        "git",
        lambda text: nearest(text, STORES) or "",
    ),
    "settling_time": _seconds(SETTLING),
    "on_removal": Rule(
        '"keep", "deactivate" or "delete"',
        lambda value: value in _ON_REMOVAL,
        "keep",
        lambda text: nearest(text, _ON_REMOVAL) or "",
    ),
    "strict": _yes_or_no(example=False),
    "marker": _yes_or_no(example=True),
    "assets_url": Rule(
        "a web address that starts with https:// and has no user name and no question mark",
        lambda value: isinstance(value, str) and _ON_THE_WEB.fullmatch(value) is not None,
        "https://cdn.example.com/courses/",
    ),
    "allow": _ALLOW,
    "require_review": _yes_or_no(example=True),
    "solo": _yes_or_no(example=True),
}
TABLES: Mapping[str, Mapping[str, Rule]] = {
    "limits": {
        each.name: (_seconds if each.name == "gap" else _requests)(getattr(PUBLISHED, each.name))
        for each in fields(Limits)
    },
    "pages": {name: _page(name) for name in PAGES},
    "allow_in": {},  # its fields are the keys of courses
}


def may_hold(within: str = "") -> Remedy:
    """Return which fields the file, or one of its tables, may hold."""
    if within == "allow_in":
        example = Code(f"onboarding = {json.dumps(_ALLOW.example)}")
        return Remedy(
            "Below", Code(f"[{within}]"), "it may hold courses by their keys, as in", example
        )
    if within:
        return Remedy("Below", Code(f"[{within}]"), f"it may hold {', '.join(TABLES[within])}.")
    tables = ", ".join(f"[{name}]" for name in TABLES)
    return Remedy(f"It may hold {', '.join(FIELDS)}, and these tables: {tables}")


def mistakes_in(
    plain: Mapping[str, object], tables: Mapping[str, object]
) -> Iterator[tuple[str, Remedy]]:
    """Yield what is wrong with the fields of a file, and with those of its tables."""
    found = [*_mistakes(plain, FIELDS)]
    for name, table in tables.items():
        if isinstance(table, dict):
            found += _mistakes(table, TABLES[name] or dict.fromkeys(table, _ALLOW), name)
        else:
            found.append((f"`{name}` is not a table of fields", may_hold(name)))
    yield from found or _unknown_rules(plain, tables)


def _mistakes(
    table: Mapping[str, object], rules: Mapping[str, Rule], within: str = ""
) -> Iterator[tuple[str, Remedy]]:
    for name, value in table.items():
        shown = f"`{inert(f'{within}.{name}' if within else name, 80)}`"
        if (rule := rules.get(name)) is None:
            problem = f"there is no field {shown}"
            yield problem, _meant(name, rules, within) or may_hold(within)
        elif not rule.fits(value):
            problem = f"{shown} must be {rule.must_be}, but is {_as_written(value)}"
            if isinstance(value, str) and (meant := rule.meant(value)):
                yield problem, Remedy("Did you mean", Code(f"{name} = {json.dumps(meant)}"), "?")
            else:
                yield problem, example_of(name, rule.example, within)


def _meant(name: str, rules: Mapping[str, Rule], within: str) -> Remedy | None:
    """Return the field that a misspelt name, or one in the wrong table, stands for."""
    if near := nearest(name, rules if within else (*rules, *TABLES)):
        return Remedy("Did you mean", Code(f"[{near}]" if near in TABLES else near), "?")
    for table, others in {"": FIELDS, **TABLES}.items():
        if table != within and name in others:
            where = Remedy("below", Code(f"[{table}]")) if table else "above all tables."
            return Remedy("Write", Code(name), where)
    return None


def _as_written(value: object) -> str:
    """Return a value as in TOML, or which kind of value it is."""
    if isinstance(value, dict | list):
        return "a table" if isinstance(value, dict) else "a list"
    if isinstance(value, str) and "@" in value:  # a password may be before it
        return "text with an @, which is not shown"
    is_plain = isinstance(value, bool | str)
    return inert(json.dumps(value, ensure_ascii=False) if is_plain else str(value), 60)


def example_of(name: str, value: object, within: str = "") -> Remedy:
    """Return how to write a field, which may be within a table."""
    written = f"{name} = {json.dumps(value)}"
    if within:
        return Remedy("Write, for example:", Line(f"[{within}]"), Line(written))
    return Remedy("Write it as in", Code(written))


def _unknown_rules(
    plain: Mapping[str, object], tables: Mapping[str, object]
) -> Iterator[tuple[str, Remedy]]:
    """Yield the names in valid lists of allowed rules that are no rule's."""
    within = tables["allow_in"]
    lists = {"allow": plain.get("allow", [])}
    if isinstance(within, dict):
        lists |= {f"allow_in.{key}": rules for key, rules in within.items()}
    if not any(lists.values()):
        return
    from coursesync.outlines.advice.rule import Rule as Advised  # noqa: PLC0415 - if any is named
    from coursesync.outlines.advice.rule import no_such_rule  # noqa: PLC0415 - if any is named

    for name, rules in lists.items():
        for each in rules if isinstance(rules, list) else ():
            if each not in [*Advised]:
                problem = f"`{inert(name, 80)}` names no rule of advice: {_as_written(each)}"
                yield problem, no_such_rule(each)
