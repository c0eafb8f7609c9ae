"""Valid outlines in the many ways in which people lay them out, drawn by Hypothesis."""

from __future__ import annotations

from hypothesis import strategies as st

HASHES = [
    "#",
    "# a note",
    "# ends in blanks  ",
    "# : { [ \" ' -",
    "# key: old",
    "#   ünï 🎉",
    "# " + "long " * 60,
]
WORDS = ["Welcome", "C#", "naïve café", "日本語", "a: b", "#1", "- x", "it's", 'say "hi"', "null"]
BODY = [
    ["<p>One line.</p>"],
    ["<p>Two</p>", "<p>lines: # no comment</p>"],
    ["# no comment", "", "  deeper", "# none either"],
    ["<p>" + "long " * 80 + "</p>", "", "", "end "],
]
UNLOCKS = [
    "unlock: {after_days: 7}",
    "unlock: { after_days: 0x10 }",
    "unlock: sequential",
    'unlock: "immediate"',
    "unlock:\n{}after_days: 7",
    "unlock: # soon\n{}after_days: 7",
]
FORMER = "previous_keys: [{key}, 'b-{key}']", "previous_keys:\n{{}}- {key}\n{{}}- b-{key}"
OTHERS = [
    ("active: False", "active: true"),
    ("image: null", "image: ~", "image: https://cdn.example.com/a.png", "image: NULL"),
    ("protect: true",),
]

OWN = [  # fields of the course itself, each in some ways
    ("summary: Everything you need", "summary: >-\n{}Everything\n{}you need", "summary: '#1'"),
    ("description: {markdown: a.md}", "description: |\n{}# About\n\n{}- it"),
    ("overview: <p>Hi</p>", "overview:\n{}html: a.html"),
    ("visibility: public", "visibility: {paid: 12}", "visibility:\n{}# a tariff\n{}paid: 0xC"),
    ("published: True",),
    ("host: 88123",),
    ("featured: false", "display_order: 7"),
    ("image: ~", "banner: https://cdn.example.com/b.png"),
]


def _indented(text: str, deeper: int, column: int) -> str:
    return text.replace("{}", " " * (column + deeper))


@st.composite
def titles(draw: st.DrawFn, number: int) -> str:
    """Return a title field in one of the ways to write a text; its key is its own."""
    word = f"{draw(st.sampled_from(WORDS))} {number}"
    doubled = word.replace("'", "''")
    escaped = word.replace('"', '\\"')
    folded = f"title: >-\n{{}}{word}\n{{}}and more"
    plain = f"title: Part {number} of\n{{}}a long\n{{}}title"
    return draw(
        st.sampled_from(
            [
                f"title: Part {number}",
                f"title: '{doubled}'",
                f'title: "{escaped} \\u00e9"',
                f'title: "{escaped}\n{{}}goes on \\\n{{}}and on"',
                f"'title': >-\n{{}}20{number:02}",
                f'title: "20{number:02}"',
                f"title:\n{{}}Part {number}",
                folded,
                plain,
            ]
        )
    )


@st.composite
def contents(draw: st.DrawFn) -> str:
    """Return a contents field: a block of any kind, in quotes, or a file."""
    lines = draw(st.sampled_from(BODY))
    sign = draw(st.sampled_from(["|", "|-", "|+", ">-", ">", ">+", "| # text", "|+1", "|-3 #"]))
    deeper = next((figure for figure in "13" if figure in sign), "")
    margin = " " * (int(deeper) - 1 if deeper else 0)
    field = "\n".join([f"contents: {sign}", *(line and f"{{~}}{margin}{line}" for line in lines)])
    files = [
        "contents: {html: a.html}",
        "contents:\n{}markdown: a.md",
        "contents: { html: 'a.htm' }",
    ]
    quoted = ["contents: '<p>a</p>\n\n{}# b'", "contents: <p>plain\n{}text</p>"]
    return draw(st.sampled_from([field, field, field, *files, *quoted]))


@st.composite
def comments(draw: st.DrawFn, column: int) -> list[str]:
    """Return no, one or some comments and blank lines, mostly where they belong."""
    if draw(st.integers(0, 3)):
        return []
    at = draw(st.sampled_from([column, column, column, 0, column + 2, column + 20]))
    kinds = st.sampled_from(["", " " * at, *(" " * at + each for each in HASHES)])
    return draw(st.lists(kinds, max_size=3))


@st.composite
def lessons(draw: st.DrawFn, number: int, column: int) -> str:
    """Return a list of lessons whose name stands in that column."""
    if not draw(st.integers(0, 3)):
        return draw(st.sampled_from(["lessons: []", "lessons: [ ]"]))
    dash = column + draw(st.sampled_from([2, 2, 0, 4]))
    below = [
        line
        for i in range(draw(st.integers(1, 3)))
        for line in draw(sections(10 * number + i, dash, inner=False))
    ]
    return "\n".join(["lessons:", *draw(comments(dash)), *below])


@st.composite
def sections(draw: st.DrawFn, number: int, dash: int, *, inner: bool = True) -> list[str]:
    """Return the lines of a section, its dash in that column; with `inner`, it may have lessons."""
    gap = draw(st.sampled_from([1, 1, 1, 3]))
    column = dash + 1 + gap
    deeper = draw(st.sampled_from([2, 2, 1, 4]))
    if not draw(st.integers(0, 6)):
        braces = draw(st.sampled_from(["{{title: Part {}}}", '{{ title: "P{}", active: true }}']))
        return [" " * dash + "-" + " " * gap + braces.format(number), *draw(comments(dash))]
    fields = [draw(titles(number))]
    if draw(st.booleans()):
        fields.append(f"key: part-{number}")
    if draw(st.booleans()):
        fields.append(draw(st.sampled_from(UNLOCKS)))
    if not draw(st.integers(0, 3)):
        fields.append(draw(st.sampled_from(FORMER)).format(key=f"old-{number}"))
    fields += [draw(st.sampled_from(ways)) for ways in OTHERS if draw(st.booleans())]
    if draw(st.booleans()):
        fields.append(draw(contents()))
    if inner and not draw(st.integers(0, 2)):
        fields.append(draw(lessons(number, column)))
    lines: list[str] = []
    for i, field in enumerate(draw(st.permutations(fields))):
        text = _indented(field, deeper, column).replace("{~}", " " * (column + 1))
        if "\n" not in text and not draw(st.integers(0, 3)):
            text += "   " + draw(st.sampled_from(HASHES))
        head = draw(comments(column)) if i else []
        lines += [*head, *f"{' ' * column}{text}".split("\n")]
    alone = not draw(st.integers(0, 6))
    first = " " * dash + "-"
    if alone:
        lines = [first + draw(st.sampled_from(["", "  # own", " "])), *lines]
    else:
        lines[0] = first + " " * gap + lines[0][column:]
    return [*lines, *draw(comments(column)), *draw(comments(dash))]


@st.composite
def own(draw: st.DrawFn) -> list[str]:
    """Return the lines of the course's own fields."""
    if not draw(st.integers(0, 4)):
        return [draw(st.sampled_from(["course: {}", "course: {published: true, host: 1}"]))]
    column, deeper = draw(st.sampled_from([2, 2, 1, 4])), draw(st.sampled_from([2, 1, 4]))
    ways = draw(st.lists(st.sampled_from(OWN), min_size=1, unique=True))
    lines = ["course:", *draw(comments(column))]
    for each in ways:
        text = _indented(draw(st.sampled_from(each)), deeper, column)
        lines += [*f"{' ' * column}{text}".split("\n"), *draw(comments(column))]
    return lines


@st.composite
def outlines(draw: st.DrawFn) -> str:
    """Return a valid outline."""
    dash = draw(st.sampled_from([2, 2, 0, 4]))
    count = draw(st.integers(1, 4))
    below = [line for i in range(count) for line in draw(sections(i + 1, dash))]
    fields = [["id: 4711"], ["title: Member onboarding"]]
    fields.append(["sections:", *draw(comments(dash)), *below])
    if draw(st.booleans()):
        fields.append(["key: onboarding"])
    if not draw(st.integers(0, 3)):
        fields.append(draw(lessons(9, 0)).split("\n"))
    if not draw(st.integers(0, 2)):
        fields.append(draw(own()))
    lines = draw(st.sampled_from([[], ["# yaml-language-server: $schema=a.json"], ["", "---"]]))
    lines = [*lines, *draw(comments(0))]
    for field in draw(st.permutations(fields)):
        lines += [*field, *draw(comments(0))]
    end = draw(st.sampled_from(["\n", "\n", "", "\n\n\n", "\n...\n", "\n...\n# after\n\n"]))
    return "\n".join(lines) + end
