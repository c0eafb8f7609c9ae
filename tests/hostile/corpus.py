"""Outlines and content files that are made to be slow, to be large, or to look like others.

Each is a function's worth of text: the name says what it is, the value what is expected of it.
"""

from __future__ import annotations

from dataclasses import dataclass

HEAD = "id: 4711\ntitle: Member onboarding\nsections:\n"
SECTION = f"{HEAD}  - key: welcome\n    title: Welcome\n"
MEGABYTE = 1_000_000


@dataclass(frozen=True)
class Case:
    """An outline and its first diagnostic; None if it is valid but large."""

    outline: str | bytes
    place: str = ""
    words: str = ""


def items(each: str, number: int, head: str = HEAD) -> str:
    """Repeat an item of the list; `{}` is its number."""
    return head + "".join(each.replace("{}", str(i)) for i in range(number))


def titled(title: str) -> str:
    """Return an outline of one section with that title."""
    return f"{HEAD}  - title: {title}\n"


BOMB = "".join(f"a{i}: &a{i} [{', '.join([f'*a{i - 1}'] * 9)}]\n" for i in range(1, 30))
MARK = "\u0316\u0301"

OUTLINES = {
    "alias bomb": Case(f"a0: &a0 lol\n{BOMB}", "1:1", "the outline has no `id`"),
    "20,000 aliases": Case(
        items("  - title: *a\n", 20_000, HEAD + "  - title: &a x\n"), "4:12", "an anchor (&)"
    ),
    "20,000 tags": Case(items("  - title: !!str x\n", 20_000), "4:12", "a tag (!)"),
    "tag that makes an object": Case(
        titled("!!python/object/apply:os.system [id]"), "4:12", "a tag (!) is not allowed"
    ),
    "20,000 directives": Case("%TAG ! x\n" * 20_000 + HEAD, "2:1", "a % directive"),
    "10,000 brackets": Case(HEAD + "  - " + "[" * 10_000, "4:19", "nested more than 16 levels"),
    "10,000 braces": Case("{a: " * 10_000, "1:65", "nested more than 16 levels"),
    "1,400 levels by blanks": Case(
        "".join(f"{' ' * i}a:\n" for i in range(1_400)), "17:17", "nested more than 16 levels"
    ),
    "10,000 lists in a line": Case("- " * 10_000, "1:33", "nested more than 16 levels"),
    "10,000 question marks": Case("? " * 10_000, "1:33", "nested more than 16 levels"),
    "900,000 commas": Case(f"[{',' * 900_000}", "1:2", "a bracket or brace is left open"),
    "900,000 digits": Case("id: " + "9" * 900_000, "1:5", "a number of 900,000 characters"),
    "100,000 digits": Case("id: " + "9" * 100_000, "1:5", "a number of 100,000 characters"),
    "100,000 hexadecimal digits": Case("id: 0x" + "f" * 99_998, "1:5", "a number of 100,000"),
    "100,000 octal digits": Case("id: 0o" + "7" * 99_998, "1:5", "a number of 100,000"),
    "900,000 decimals": Case("id: 1." + "9" * 900_000, "1:5", "`id` must be a whole number"),
    "an endless exponent": Case("id: 1e" + "9" * 900_000, "1:5", "`id` must be a whole number"),
    "a megabyte of comments": Case("# a\n" * 250_000, "1:1", "the file is empty"),
    "a megabyte of blanks": Case(" " * MEGABYTE, "1:1", "the file is empty"),
    "a megabyte of empty lines": Case("\n" * MEGABYTE, "1:1", "the file is empty"),
    "a megabyte of dashes": Case("---\n" * 250_000, "2:1", "a second document starts here"),
    "a megabyte of lines": Case("a\n" * 500_000, "1:1", "must be fields, such as"),
    "a quote that never closes": Case(
        titled('"' + "a b\n    " * 120_000), "4:12", "a quote that was opened here is never closed"
    ),
    "50 MB": Case(b"#" * 50_000_000, "1:1", "is larger than 1 MB"),
    "UTF-16": Case(SECTION.encode("utf-16"), "1:1", "the file is in UTF-16"),
    "UTF-16 without its mark": Case(SECTION.encode("utf-16-le"), "1:1", "the file is in UTF-16"),
    "UTF-32": Case(SECTION.encode("utf-32"), "1:1", "the file is in UTF-16"),
    "Latin-1": Case(titled("Größe").encode("latin-1"), "4:14", "byte 0xF6"),
    "a surrogate in UTF-8": Case(
        titled("a\ud800").encode("utf-8", "surrogatepass"), "4:13", "byte 0xED"
    ),
    "half a character": Case(titled("a").encode() + b"\xf0\x9f", "5:1", "byte 0xF0"),
    "a lone surrogate": Case(titled('"\\ud800"'), "4:15", "this escape is not a character"),
    "a pair of surrogates": Case(
        titled('"\\ud83c\\udf89"'), "4:15", "this escape is not a character"
    ),
    "U+FEFF inside": Case(titled("Wel\ufeffcome"), "4:15", "U+FEFF"),
    "two byte order marks": Case("\ufeff\ufeff" + SECTION, "1:1", "U+FEFF"),
    "NUL": Case(titled("Wel\0come"), "4:15", "U+0000"),
    "an escaped NUL": Case(titled('"Wel\\0come"'), "4:12", "U+0000"),
    "ANSI colours": Case(titled("\x1b[31mred"), "4:12", "U+001B"),
    "escaped ANSI colours": Case(titled('"\\e[31mred"'), "4:12", "U+001B"),
    "one C1 control": Case(titled("a\x9b31m"), "4:13", "U+009B"),
    "next line": Case(titled("a\x85b"), "4:13", "U+0085"),
    "paragraph separator": Case(titled("a\u2029b"), "4:13", "U+2029"),
    "right-to-left override": Case(titled("a\u202eb"), "4:13", "U+202E (RIGHT-TO-LEFT OVERRIDE)"),
    "isolate": Case(titled("a\u2067b"), "4:13", "U+2067"),
    "tag characters": Case(titled("a\U000e0041b"), "4:13", "U+E0041"),
    "300,000 bidi controls": Case("\u202e" * 300_000, "1:1", "U+202E"),
    "200,000 lines of bidi controls": Case("\u202e\n" * 200_000, "1:1", "U+202E"),
    "keys alike by composition": Case(
        SECTION + "    caf\u00e9: 1\n    cafe\u0301: 1\n", "6:5", "there is no field `café`"
    ),
    "a Cyrillic letter": Case(
        f"{HEAD}  - titl\u0435: A\n", "4:5", "is not `title`: its `\u0435` is U+0435"
    ),
    "a Cyrillic letter at the top": Case(
        HEAD.replace("id", "\u0456d"), "1:1", "is not `id`: its `\u0456` is U+0456"
    ),
    "full-width letters": Case(
        SECTION + "    \uff41ctive: true\n",
        "6:5",
        "U+FF41 (FULLWIDTH LATIN SMALL LETTER A)",
    ),
    "a Greek letter": Case(SECTION + "    unl\u03bfck: sequential\n", "6:5", "U+03BF"),
    "tab": Case(f"{HEAD}\t- title: A\n", "4:1", "a tab is used to indent"),
    "tab in a list": Case(f"{HEAD}  -\ttitle: A\n", "4:4", "a tab is used to indent"),
    "date": Case(titled("20240101"), "4:12", "`title` must be text, and 20240101"),
    "octal": Case(titled("0o17"), "4:12", "`title` must be text, and 0o17"),
    "not a number": Case(titled(".nan"), "4:12", "`title` must be text, and .nan"),
    "a tail of a title": Case(titled("C# basics #1"), "4:22", "`#1` is dropped here"),
    "a tail with a blank": Case(titled("C # basics"), "4:14", "`# basics` is dropped here"),
    "a tail of the course's title": Case(
        HEAD.replace("Member", "Suite # 5"), "2:14", "`# 5 onboarding` is dropped here"
    ),
    "a tail of a megabyte": Case(titled(f"a #{'b' * 900_000}"), "4:14", "is dropped here"),
    "10,000 tails": Case(items("  - title: a{} #1\n", 10_000), "4:15", "`#1` is dropped here"),
    "a title of a megabyte": Case(titled("x" * 900_000), "4:12", "the title has 900,000"),
    "a title of combining marks": Case(titled("a" + MARK * 200_000), "4:12", "the title has"),
    "combining marks, two orders": Case(titled(f"a{MARK * 5}b" * 9_000), "4:12", "the title has"),
    "a field's name of combining marks": Case(
        f"{HEAD}  - title: A\n    ? a{MARK * 200_000}\n    : 1\n", "5:7", "there is no field"
    ),
    "a key of a megabyte": Case(
        SECTION.replace("welcome", "x" * 900_000), "4:10", "can't be a key"
    ),
    "a course's key of combining marks": Case(
        f"key: a{MARK * 200_000}\n{HEAD}", "1:6", "can't be a key"
    ),
    "20,000 unknown fields": Case(
        items("    unlok{}: 1\n", 20_000, SECTION), "6:5", "there is no field `unlok0`"
    ),
    "40,000 unknown fields at the top": Case(
        items("xkey{}: 1\n", 40_000, SECTION), "6:1", "there is no field `xkey0`"
    ),
    "12,000 sections": Case(
        items("  - {title: A{}, x: 1}\n", 12_000), "4:3", "`sections` has 12,000 items"
    ),
    "5,000 sections with a mistake": Case(
        items("  - {title: A{}, unlok: 1}\n", 5_000), "4:17", "there is no field `unlok`"
    ),
    "5,000 sections of one title": Case(
        items("  - title: A\n", 5_000), "5:12", 'would both give the key "a"'
    ),
    "49,000 sections of a word": Case(items("  - a\n", 49_000), "4:3", "`sections` has 49,000"),
    "100,000 values": Case(items("  - a\n", 100_000), "50001:5", "more than 50,000 values"),
    "100,000 fields in one place": Case("a: 1\n" * 100_000, "2:1", "`a` is given a second time"),
    "5,000 former keys in use": Case(
        items("  - {title: A{}, previous_keys: [a{}]}\n", 5_000), "4:33", "is still the key"
    ),
    "5,000 falling pins": Case(
        items("  - {title: A{}, display_order: 9}\n", 5_000), "5:32", "is pinned on line 4 already"
    ),
    "a contents file of a megabyte's name": Case(
        f"{SECTION}    contents: {{html: {'a/' * 400_000}b.html}}\n", "6:22", "the file's name has"
    ),
    "contents above": Case(
        f"{SECTION}    contents: {{html: ../secret.html}}\n", "6:15", "leads out of the outline's"
    ),
    "contents from the root": Case(
        f"{SECTION}    contents: {{html: /etc/motd.html}}\n", "6:15", "leads out of the outline's"
    ),
    "contents from git": Case(
        f"{SECTION}    contents: {{html: .git/config}}\n", "6:22", "does not end in .html"
    ),
    "contents from git's folder": Case(
        f"{SECTION}    contents: {{html: .git/config.html}}\n", "6:15", "in a hidden folder"
    ),
    "contents from a device": Case(
        f"{SECTION}    contents: {{html: /dev/zero}}\n", "6:22", "does not end in .html"
    ),
    "a workflow command for a file's name": Case(
        f'{SECTION}    contents: {{html: "a\\n::error::b"}}\n', "6:22", "does not end in .html"
    ),
    "a picture's address of a megabyte": Case(
        f"{SECTION}    image: https://a.example/{'a' * 900_000}.png\n", "6:12", "address has 900,"
    ),
}
LARGE = {
    "5,000 sections": items("  - title: Part {}\n", 5_000),
    "5,000 pictures removed": items("  - title: A{}\n    image: null\n", 5_000),
    "40,000 former keys": items("      - k{}\n", 40_000, f"{SECTION}    previous_keys:\n"),
    "a title of 1,000 characters": titled("x" * 1_000),
    "900 titles of combining marks": items(f"  - title: a{{}}{MARK * 250}\n", 900),
    "a megabyte of contents": f"{SECTION}    contents: |\n" + "      <p>x</p>\n" * 60_000,
}
CONTENTS = {  # as often as a course may have them
    "tags in tags": ("<b>" * 330_000, 4),
    "tags that are closed": ("<i></i>" * 2_480 + "</p></b>", 190),
    "nested tags": (("<b>" * 99 + "</b>" * 99) * 25, 150),
    "what a table throws out": (f"<table>{'<b></b>' * 2_400}</table></i>", 190),
    "bold within bold": ("".join(f"<b id={i}>" for i in range(249)) + "<p>" * 249, 500),
    "a tag of many attributes": (f"<p {' '.join(f'a{i}' for i in range(100_000))}>", 5),
    "many attributes": ((f"<p {' '.join(f'on{i}=1' for i in range(49))}>") * 2_400, 4),
    "many different programs": ("".join(f"<p onclick={i}>" for i in range(4_900)), 40),
    "tags without an end": ("<a " * 330_000, 4),
    "a quote without an end": ("<a x='" + '<a x="' * 160_000, 4),
    "comments without an end": ("<i><!--" * 140_000, 4),
    "programs without an end": ("<script>" * 4_900, 100),
    "entities": (f"<i>{'&nbsp;' * 150_000}", 4),
    "entities in an attribute": (f"<i title='{'&amp;' * 180_000}'></i>", 4),
    "a long address": (f"<a href='java{'&#10;' * 150_000}script:a()'>a</a>", 4),
}
MARKDOWN = {
    "a megabyte": ("words " * 170_000, ""),
    "a paragraph of long lines": ("words *words* words `words` words\n" * 9_000, ""),
    "brackets": ("[" * 60_000, ""),
    "pictures": ("![" * 30_000, ""),
    "nested links": ("[" * 30_000 + "](a)" * 8_000, ""),
    "few brackets, many marks": ("![" * 300 + "*_" * 30_000, ""),
    "emphasis": ("*_" * 32_000, ""),
    "strong in emphasis": ("**a *b " * 9_000, ""),
    "tildes": ("~~a" * 21_000, ""),
    "ticks": ("".join("`" * i + "a" for i in range(1, 270)), ""),
    "deep quotes": (">" * 60_000, "more than 8 deep"),
    "deep quotes with lazy lines": ("> " * 200 + "a\n" + "a\n" * 30_000, "more than 8 deep"),
    "deep lists": ("- " * 30_000, "more than 8 deep"),
    "deep numbered lists": ("1. " * 20_000, "more than 8 deep"),
    "lists, each in the last": ("".join(f"{' ' * 2 * i}- a\n" for i in range(240)), ""),
    "lines": ("a\n" * 32_000, ""),
    "list items": ("- a\n" * 16_000, ""),
    "breaks": ("a  \n" * 16_000, ""),
    "headings": ("# a\n" * 16_000, ""),
    "rows of a table": ("|a|b|\n|-|-|\n" + "|a|b|\n" * 8_000, ""),
    "columns of a table": ("|a" * 9_000 + "|\n" + "|-" * 9_000 + "|\n" + "|\n" * 5_000, ""),
    "references": ("".join(f"[{i}]: /u\n" for i in range(900)) + "[1] " * 90, ""),
    "addresses": ("<http://a.b> " * 5_000, ""),
    "angle brackets": ("<" * 60_000, ""),
    "comments": ("<!-- " * 13_000, ""),
    "entities": ("&" * 49_000, ""),
    "backslashes": ("\\" * 49_000, ""),
}
