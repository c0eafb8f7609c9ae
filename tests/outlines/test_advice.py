"""Advice on valid outlines: the effect on members, at its place, and what to write instead."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from outlines.author import Author

HEAD = "id: 4711\ntitle: Member onboarding\nsections:\n"


def section(title: str, *fields: str) -> str:
    """Return a section that has something to read; its title stands on the first line."""
    given = [*fields] if any(each.startswith("contents:") for each in fields) else [*fields, HI]
    return "".join([f"- title: {title}\n", *(f"  {field}\n" for field in given)])


HI = "contents: Hi"
SEQUENTIAL, HIDDEN = "unlock: sequential", "active: false"


def days(number: int) -> str:
    """Return the field that unlocks a section after so many days."""
    return f"unlock: {{after_days: {number}}}"


def advice(writer: Author, sections: str) -> list[tuple[str, str, str]]:
    """Return the advice on an outline: place, problem and remedy."""
    writer.write(sections)
    ran = writer.cli("validate")
    assert ran.code == 0, ran.err
    return read(ran.err)


def read(err: str) -> list[tuple[str, str, str]]:
    """Read advice from the terminal's output: place, problem and remedy, with single blanks."""
    pieces: list[tuple[str, str, str]] = []
    for line in filter(None, err.splitlines()):
        if not line.startswith("    "):
            place, problem = line.split(": advice: ")
            pieces.append((place.removeprefix("courses/"), problem, ""))
            continue
        place, problem, remedy = pieces.pop()
        pieces.append((place, problem, " ".join(f"{remedy} {line}".split())))
    return pieces


SPEAKING = {
    "timed, falling": (
        section("One") + section("Two", days(9)) + section("Three", days(3)),
        "onboarding.yaml:10:13",
        'after 3 days, before one above it that opens after 9 days: "Two", on line 6',
        "Write `unlock: {after_days: 9}` or more, or move this section up.",
    ),
    "timed, below the highest": (
        section("A") + section("B", days(9)) + section("C", SEQUENTIAL) + section("D", days(8)),
        "onboarding.yaml:13:13",
        '"B", on line 6',
        "unlock: {after_days: 9}",
    ),
    "behind a hidden one": (
        section("One") + section("Two", HIDDEN) + section("Three", SEQUENTIAL),
        "onboarding.yaml:10:13",
        "waits for one that they can't see, and so can't finish: \"Two\", on line 6",
        "Write `unlock: immediate` here, or `active: true` there",
    ),
    "behind two hidden ones": (
        section("A") + section("B", HIDDEN) + section("C", HIDDEN) + section("D", SEQUENTIAL),
        "onboarding.yaml:13:13",
        '"C", on line 9',
        "active: true",
    ),
    "first, sequential": (
        section("One", SEQUENTIAL) + section("Two", SEQUENTIAL),
        "onboarding.yaml:5:13",
        "it waits for one before it",
        "Write `unlock: immediate`",
    ),
    "first that is seen, sequential": (
        section("One", HIDDEN) + section("Two", SEQUENTIAL),
        "onboarding.yaml:8:13",
        "the first section that members see, and it waits",
        "Write `unlock: immediate`",
    ),
    "first, timed": (
        section("One", days(1)),
        "onboarding.yaml:5:13",
        "for 1 day members can open nothing: this section is the first that opens",
        "Write `unlock: immediate`",
    ),
    "same titles": (
        section("Straße  eins") + section("Two") + section("STRASSE EINS", "key: other"),
        "onboarding.yaml:8:12",
        "another with the same title, on line 4",
        "Write in `title:` how",
    ),
    "a long title": (
        section("x" * 201),
        "onboarding.yaml:4:12",
        "the title has 201 characters",
        "Keep `title:` below 200",
    ),
    "the title again": (
        section("R & D", "contents: <h2>r &amp;  d</h2><p>Hi</p>"),
        "onboarding.yaml:5:15",
        "members see the title twice",
        "Delete that heading in `contents:`",
    ),
    "no contents": (
        section("One") + "- title: Two\n",
        "onboarding.yaml:6:5",
        "members who open this section find it empty",
        "contents: <p>Welcome!</p>",
    ),
}


@pytest.mark.parametrize(
    ("sections", "place", "problem", "remedy"), SPEAKING.values(), ids=SPEAKING
)
def test_what_members_would_stumble_over_is_reported(
    sections: str, place: str, problem: str, remedy: str, writer: Author
) -> None:
    """Each rule reports once, at the field to change, and says what to write there."""
    pieces = advice(writer, sections)

    assert [piece[0] for piece in pieces] == [place]
    assert problem in pieces[0][1]
    assert " ".join(remedy.split()) in pieces[0][2]


SILENT = {
    "timed, rising": section("A") + section("B", days(3)) + section("C", days(3)),
    "timed, falling behind a hidden one": (
        section("A") + section("B", days(9), HIDDEN) + section("C", days(3))
    ),
    "timed and hidden, falling": section("A")
    + section("B", days(9))
    + section("C", days(1), HIDDEN),
    "sequential behind a visible one": section("A") + section("B", SEQUENTIAL),
    "a hidden one behind a hidden one": (
        section("A") + section("B", HIDDEN) + section("C", SEQUENTIAL, HIDDEN)
    ),
    "open behind a hidden one": section("A") + section("B", HIDDEN) + section("C"),
    "behind a visible one behind a hidden one": (
        section("A") + section("B", HIDDEN) + section("C") + section("D", SEQUENTIAL)
    ),
    "first, timed at once": section("A", days(0)),
    "a hidden one first, and locked": section("A", HIDDEN, SEQUENTIAL) + section("B"),
    "titles alike": section("Part 1") + section("Part 2"),
    "the title of a draft": section("A") + f"- title: A\n  key: b\n  {HIDDEN}\n",
    "a title of 200": section("x" * 200),
    "a hidden one without contents": section("A") + f"- title: B\n  {HIDDEN}\n",
    "no section": "[]",
}


@pytest.mark.parametrize("sections", SILENT.values(), ids=SILENT)
def test_a_good_outline_gets_no_advice(sections: str, writer: Author) -> None:
    """No rule reports an outline that is fine for members."""
    assert advice(writer, sections) == []


@pytest.mark.parametrize(
    "contents",
    [
        "",
        "  ",
        "<p></p>",
        "<p>&nbsp;</p>",
        "<p>&#8203;</p>",
        "<ul><li> </li></ul>",
        "<hr>",
        "<!-- later -->",
        "<p title='a > b'></p>",
    ],
)
def test_contents_without_anything_to_see_are_reported(contents: str, writer: Author) -> None:
    """Blanks, tags without text and remarks leave a section empty."""
    pieces = advice(writer, section("One", f'contents: "{contents}"'))

    assert [(place, "find it empty" in problem) for place, problem, _ in pieces] == [
        ("onboarding.yaml:5:15", True)
    ]


FIT = [
    "Hi",
    "1 < 2 and 3 > 2",
    "<p>One<p>Two",
    "<ul><li>One<li>Two</ul>",
    "<p>&lt;b></p>",
    '<img src="https://example.com/a.png" alt="A">',
    '<img src="//example.com/a.png" width=100>',
    '<a href="http://example.com/">over http</a>',
    '<a href="https://example.com/members" target="_blank" rel="noopener">here</a>',
    '<a href="#below">here</a>',
    '<a href="//example.com/">here</a>',
    '<a href="mailto:anna@example.com?subject=Tour">write</a>',
    '<a href=" https://localhost.example.com/">here</a>',
    '<a href="https://example.com/localhost">here</a>',
    '<img srcset="https://example.com/a,b 1x,https://example.com/b 2x" src="//example.com/a">',
    '<a href="https://example.com/?a=1&copy=2">here</a>',
    '<a href="tel:+44123">ring</a>',
    '<iframe src="https://player.example.com/1" allowfullscreen></iframe>',
    '<video controls poster="https://example.com/a.png"><source src="https://example.com/a"></video>',
    '<p style="text-align: center" class="a" id="b" data-c="d" aria-label="e">f</p>',
    "<table><tr><td>1<td>2<tr><th colspan=2>3</table>",
    "<table><thead><tr><th>1</th></tr></thead><tbody><tr><td>2</td></tr></tbody></table>",
    "<details><summary>More</summary>Text</details>",
    "<P>Hi<BR/></P>",
    "<!-- <script> is not run here --><p>Hi</p>",
    "<p><b><i>both</i></b></p>",
    "<dl><dt>a<dd>b</dl>",
    "<p>a</p></p>",
]


@pytest.mark.parametrize("contents", FIT)
def test_contents_of_a_lesson_get_no_advice(contents: str, writer: Author) -> None:
    """Text, lists, tables, links, pictures and films as people write them are left alone."""
    assert advice(writer, section("One", f"contents: {contents!r}".replace("\\'", "''"))) == []


UNFIT = [
    ("<p>a</p><script>steal()</script>", "`<script>` is a program"),
    ("a<SCRIPT src=https://x.example/a.js></SCRIPT>", "`<script>` is a program"),
    ('<p onclick="steal()">a</p>', "`onclick` of `<p>` is a program"),
    ("a<img src=x OnError=steal()>", "`onerror` of `<img>` is a program"),
    ('<a href="javascript:steal()">a</a>', "`href` of `<a>` runs a program"),
    ('<a href="  JaVa&#x53;cript:steal()">a</a>', "`href` of `<a>` runs a program"),
    ('<a href="java&#10;scr&Tab;ipt&colon;steal()">a</a>', "`href` of `<a>` runs a program"),
    ("<a href=vbscript:steal()>a</a>", "`href` of `<a>` runs a program"),
    ('<a href="data:text/html,hello">a</a>', "`href` of `<a>` contains the file itself"),
    ('<img src="data:image/png;base64,AAAA">', "`src` of `<img>` contains the file itself"),
    ('<img src="http://example.com/a.png">', "`src` of `<img>` comes over http:"),
    ('<img src="HTTP&#58;//example.com/a.png">', "`src` of `<img>` comes over http:"),
    (
        '<img srcset="https://example.com/a 1x, http://example.com/b 2x">',
        "`srcset` of `<img>` comes over http:",
    ),
    ('<iframe src="http://example.com/"></iframe>', "`src` of `<iframe>` comes over http:"),
    ('a<video poster="http://example.com/"></video>', "`poster` of `<video>` comes over http:"),
    ('a<audio><source src="http://example.com/a"></audio>', "`src` of `<source>` comes over http"),
    ("<p><strong>a</p>", "`<strong>` is never closed"),
    ("<div>a", "`<div>` is never closed"),
    ("a<iframe src='https://example.com'>b", "`<iframe>` is never closed"),
    ("a</em>", "`</em>` closes nothing"),
    ("<p>a</p><p", "the tag `<p` has no end"),
    ('a<a href="https://example.com>b</a>', "the tag `<a` has no end"),
    ("<style>p {color: red}</style>a", "`<style>` would change how the whole page looks"),
    ("<form>a</form>", "`<form>` does not belong in contents"),
    ("a<td>b</td>", "`<td>` is not allowed here"),
    ("<body onload=steal()>a</body>", "`<body>` does not belong in contents"),
    ("a<svg onload=steal()></svg>", "`<svg>` does not belong in contents"),
    ("<foo-bar>a</foo-bar>", "`<foo-bar>` does not belong in contents"),
    ('<a herf="https://example.com">a</a>', "`herf` of `<a>` is likely to be dropped"),
    ('<a href="https://">a</a>', "`href` of `<a>` is no address"),
    ("<div>" * 101 + "a" + "</div>" * 101, "the innermost of more than 100 tags"),
    (f"<p {' '.join(f'a{i}' for i in range(51))}>a</p>", "more than 50 attributes"),
    ("a" + "<bdi></bdi>" * 2_501, "too much for coursesync to check"),
]


@pytest.mark.parametrize(("contents", "problem"), UNFIT, ids=[each[:40] for each, _ in UNFIT])
def test_what_does_not_belong_in_contents_is_reported(
    contents: str, problem: str, writer: Author
) -> None:
    """The tag or attribute that a sanitizer would drop is named, at the field `contents`."""
    pieces = advice(writer, section("One", f"contents: '{contents.replace(chr(39), chr(39) * 2)}'"))

    assert any(problem in each[1] for each in pieces), pieces
    assert {each[0] for each in pieces} == {"onboarding.yaml:5:15"}
    assert all(each[2] for each in pieces)


def test_advice_does_not_echo_contents(writer: Author) -> None:
    """Neither code nor long names nor commands for a CI's log get from contents to the screen."""
    hostile = f"<x{'y' * 500}>a<p on{'z' * 500}=1>b<q::set-output::x>c<a href=javascript:steal()>d"
    pieces = advice(writer, section("One", f"contents: {hostile}"))

    assert len(pieces) == 5
    assert not any("steal" in problem + remedy for _, problem, remedy in pieces)
    assert all(len(problem) < 150 and len(remedy) < 150 for _, problem, remedy in pieces)


NOWHERE = [
    ("file:///home/anna/a.png", "leads to a file on your own computer"),
    ("FILE:a.png", "leads to a file on your own computer"),
    ("C:\\Users\\anna\\a.png", "leads to a file on your own computer"),
    ("c:/a.png", "leads to a file on your own computer"),
    ("\\\\server\\share\\a.png", "leads to a file on your own computer or network"),
    ("picture.png", "is not complete, because it lacks https://"),
    ("../pictures/a.png", "is not complete"),
    ("./a.png", "is not complete"),
    ("/a.png", "is not complete"),
    ("?page=2", "is not complete"),
    ("pictures\\a.png", "is not complete"),
    ("www.example.com/a.png", "lacks its https://"),
    ("blob:https://example.com/1", "works only in a program on your own computer"),
    ("cid:image001.png@01", "works only in a program on your own computer"),
    ("http://localhost:8000/a.png", "leads to each reader's own computer"),
    ("https://LOCALHOST./a.png", "leads to each reader's own computer"),
    ("//localhost/a.png", "leads to each reader's own computer"),
    ("https://anna@localhost/a.png", "leads to each reader's own computer"),
    ("http://127.0.0.1/a.png", "leads to each reader's own computer"),
    ("http://[::1]:80/a.png", "leads to each reader's own computer"),
    ("https:app.localhost", "leads to each reader's own computer"),
    ("", "names nothing"),
    ("&#102;ile:///a.png", "leads to a file on your own computer"),
    ("fi&#10;le:///a.png", "leads to a file on your own computer"),
]


@pytest.mark.parametrize(
    "tag", ['a<img src="{}">', '<a href="{}">b</a>', '<video poster="{}"></video>']
)
@pytest.mark.parametrize(("address", "problem"), NOWHERE, ids=[each for each, _ in NOWHERE])
def test_an_address_that_does_not_work_for_members_is_reported_at_its_place(
    address: str, problem: str, tag: str, writer: Author
) -> None:
    """A link or a picture that works only for its author is reported once, at its place."""
    (writer.courses / "a.html").write_text(f"<p>Hi</p>\n<p>{tag.format(address)}</p>\n")
    pieces = advice(writer, section("A", "contents: {html: a.html}"))
    found = [each for each in pieces if problem in each[1]]

    assert [place for place, _, _ in found] == [
        f"a.html:2:{4 + tag.index('=') - tag.index(' ')}"
    ] or (found and found[0][0].startswith("a.html:2:"))
    assert all("over http" in each[1] for each in pieces if each not in found)
    assert len(found) == 1


def test_an_e_mail_address_without_its_scheme_is_reported(writer: Author) -> None:
    """A browser would look for a page of that name."""
    pieces = advice(writer, section("A", "contents: '<a href=\"anna@example.com\">write</a>'"))

    assert [remedy for _, _, remedy in pieces] == ['Write `href="mailto:…"`']


MARKDOWN = """\
# Hi

![a](picture.png) and picture.png and ![b](picture.png)
[c](C:\\Users\\c.pdf), [d](<my file.pdf>) and [e][ref]

![f](file:///f.png) `![g](file:///g.png)` ![h](my h.png)
<file:///i> and ![j]()

    ![k](file:///k.png)

[ref]: ../e.pdf
[away]: file:///l
<img src="m.png">
"""


def test_addresses_in_markdown_are_reported_at_their_place(writer: Author) -> None:
    """Each address has the line where it first stands, also where Markdown makes none of it."""
    (writer.courses / "a.md").write_text(MARKDOWN)
    pieces = advice(writer, section("A", "contents: {markdown: a.md}"))

    part, unlinked = "is not complete", "Markdown makes no link and no picture"
    expected = [
        ("3:6", part),
        ("4:5", "leads to a file on your own computer"),
        ("4:27", part),
        ("6:1", unlinked),
        ("6:43", unlinked),
        ("7:1", unlinked),
        ("7:22", "names nothing"),
        ("11:8", part),
        ("12:1", unlinked),
        ("13:11", part),
    ]
    assert [place.removeprefix("a.md:") for place, _, _ in pieces] == [each for each, _ in expected]
    for (_, problem, _), (_, words) in zip(pieces, expected, strict=True):
        assert words in problem


@pytest.mark.parametrize(
    ("address", "words"),
    [
        ("http://example.com/a.png", "`image` comes over http"),
        ("HTTP://example.com/a.png", "`image` comes over http"),
        ("http://localhost/a.png", "`image` leads to each reader's own computer"),
        ("https://127.0.0.1/a.png", "`image` leads to each reader's own computer"),
    ],
)
def test_a_picture_of_an_item_that_browsers_may_not_show_is_reported(
    address: str, words: str, writer: Author
) -> None:
    """The place is that of the field; the same address in contents has such advice, too."""
    ((place, problem, remedy),) = advice(writer, section("A", f"image: {address}"))

    assert place == "onboarding.yaml:5:12"
    assert problem.startswith(words)
    assert "https://" in remedy


IN_MARKDOWN = {
    "a word": ("Die tour: siehe\n[hier](tour)\n", "2:8", "link"),
    "a name in the text": ("Das Bild hof.jpg.\n\n![Der Hof](hof.jpg)\n", "3:12", "picture"),
    "another address": ("![A](https://a.example/hof.jpg)\n![B](hof.jpg)\n", "2:6", "picture"),
    "code": ("```\n![a](hof.jpg)\n```\n`[b](hof.jpg)` ![c](hof.jpg)\n", "4:21", "picture"),
    "an unclosed mark of code": ("Press ` for `x` ![c](hof.jpg)\n", "1:22", "picture"),
    "indented code": ("A\n\n    ![a](hof.jpg)\n\n![b](hof.jpg)\n", "5:6", "picture"),
    "a list": ("- A\n\n    ![a](hof.jpg)\n", "3:10", "picture"),
    "a comment": ("<!-- ![a](hof.jpg) -->\n\n![b](hof.jpg)\n", "3:6", "picture"),
    "a space": ("my hof.jpg ![b](<my hof.jpg>)\n", "1:18", "picture"),
    "an escape": ("hof_1.jpg ![b](hof\\_1.jpg)\n", "1:16", "picture"),
    "brackets": ("hof.jpg ![a [b] \\] c](hof.jpg)\n", "1:23", "picture"),
    "a definition": ("tour [a][b]\n\n[b]: tour\n", "3:6", "link"),
    "an umlaut": ("über [a](über)\n", "1:10", "link"),
}


@pytest.mark.parametrize(("text", "at", "what"), IN_MARKDOWN.values(), ids=IN_MARKDOWN)
def test_a_link_of_markdown_is_reported_in_markdown_at_its_own_place(
    text: str, at: str, what: str, writer: Author
) -> None:
    """The place is in the link or the picture itself, and the remedy is in Markdown."""
    (writer.courses / "a.md").write_text(text)
    ((place, problem, remedy),) = advice(writer, section("A", "contents: {markdown: a.md}"))

    assert (place, problem.split(" is not ")[0]) == (f"a.md:{at}", f"the address of this {what}")
    assert ("`![…](https://" if what == "picture" else "`[…](https://") in remedy


def test_a_picture_and_a_link_of_one_address_have_their_own_places(writer: Author) -> None:
    """Each of them is reported, also where one is the words of the other."""
    (writer.courses / "a.md").write_text("hof.jpg [a](hof.jpg)\n\n[![b](hof.jpg)](tour)\n")
    pieces = advice(writer, section("A", "contents: {markdown: a.md}"))

    assert [(place, problem.split()[4]) for place, problem, _ in pieces] == [
        ("a.md:1:13", "link"),
        ("a.md:3:7", "picture"),
        ("a.md:3:17", "link"),
    ]


@pytest.mark.parametrize("name", ["a.html", "a.md"])
def test_an_address_in_a_tag_is_reported_in_the_tag(name: str, writer: Author) -> None:
    """Plain text and other tags before it may have the same words."""
    form = "html" if name == "a.html" else "markdown"
    (writer.courses / name).write_text(
        "<p>src hof.jpg<br>\n<img alt='hof.jpg' src=\"https://a.example/hof.jpg\">\n"
        "<img alt='hof.jpg' src=\"hof.jpg\"></p>\n\n"
        "<p>onclick <b>x</b> <b onclick='a()'>y</b></p>\n"
    )
    pieces = advice(writer, section("A", f"contents: {{{form}: {name}}}"))

    assert [(place, problem.split(" is ")[0]) for place, problem, _ in pieces] == [
        (f"{name}:3:25", "`src` of `<img>`"),
        (f"{name}:5:24", "`onclick` of `<b>`"),
    ]


def test_advice_on_a_file_has_the_files_own_line(writer: Author) -> None:
    """A problem in a content file is reported once, in that file, even if two items name it."""
    lesson = "# Hi\n\nSome *text*, ![a](http://example.com/a.png)\n\n<b>bold\n"
    (writer.courses / "a.md").write_text(lesson)
    (writer.courses / "b.html").write_text("<p>Hi</p>\r\n<p>é <i onclick='a()'>b</i></p>\r\n")
    named = "contents: {markdown: a.md}", "contents: {html: b.html}"
    pieces = advice(writer, "".join(section(f"Part {i}", named[i % 2]) for i in range(4)))

    assert [(place, problem.split(" ")[0]) for place, problem, _ in pieces] == [
        ("a.md:3:19", "the"),
        ("a.md:5:1", "`<b>`"),
        ("b.html:2:9", "`onclick`"),
    ]


def test_html_that_markdown_makes_is_reported_at_the_field(writer: Author) -> None:
    """If the file does not contain the HTML, the outline's field is the place."""
    (writer.courses / "a.md").write_text("![a](http://ö.example.com/a.png)\n")

    assert [
        place for place, _, _ in advice(writer, section("A", "contents: {markdown: a.md}"))
    ] == ["onboarding.yaml:5:15"]


@pytest.mark.parametrize(
    "text", ["# Hello", "Hello **world**", "See [the house](https://example.com/house)."]
)
def test_markdown_in_an_outline_is_shown_as_html(writer: Author, text: str) -> None:
    """The advice says how to use Markdown."""
    ((place, problem, remedy),) = advice(writer, section("Welcome", f'contents: "{text}"'))

    assert place == "onboarding.yaml:5:15"
    assert "this is shown as HTML" in problem
    assert "contents: {markdown: welcome.md}" in remedy


@pytest.mark.parametrize(
    "text",
    ["#1 of our rules", "2 ** 3 ** 4", "<p># Hello **world**</p>", "a[1] (b)", "<b>[x](y)</b>"],
)
def test_what_only_resembles_markdown_gets_no_advice(writer: Author, text: str) -> None:
    """Advice is given only if it is clear."""
    assert advice(writer, section("Welcome", f'contents: "{text}"')) == []


@pytest.mark.parametrize("title", ["“Welcome", "„Welcome"])
def test_a_curly_quote_that_never_ends_is_reported(writer: Author, title: str) -> None:
    """One at each end would be a mistake; members see a single one, too."""
    ((place, problem, _),) = advice(writer, section(title, "key: a"))

    assert place == "onboarding.yaml:4:12"
    assert "begins with a curly quote that never ends" in problem


@pytest.mark.parametrize(
    "title", ["The members\u2019", "\u2018Twas", '"“Quoted on purpose"', "Say “hi”"]
)
def test_other_quotes_in_a_title_get_no_advice(writer: Author, title: str) -> None:
    """A single one may be an apostrophe; YAML's own around it say that it is meant."""
    assert advice(writer, section(title, "key: a")) == []


@pytest.mark.parametrize("text", ["https://example.com/tour", "http://a.b", "www.example.com/?a=b"])
def test_contents_that_are_an_address_alone_are_reported(writer: Author, text: str) -> None:
    """In place and as the only line of a Markdown file: members see text, and no link."""
    (writer.courses / "a.md").write_text(f"{text}\n")
    pieces = advice(
        writer, section("A", f"contents: {text}") + section("B", "contents: {markdown: a.md}")
    )

    assert [place for place, _, _ in pieces] == ["onboarding.yaml:5:15", "onboarding.yaml:7:15"]
    assert all("these contents are an address alone" in problem for _, problem, _ in pieces)


@pytest.mark.parametrize(
    "text", ['<a href="https://example.com">Tour</a>', "See https://example.com", "https:"]
)
def test_contents_with_more_than_an_address_get_no_advice(writer: Author, text: str) -> None:
    """A link is what members follow; an address within a text may be there to be copied."""
    assert advice(writer, section("A", f"contents: '{text}'")) == []


def lesson(title: str, *fields: str, contents: str = "Hi") -> str:
    """Return a lesson that has something to read, in the list of a section."""
    lines = [f"  - title: {title}", *(f"    {field}" for field in fields)]
    return "\n".join([*lines, f"    contents: {contents}", ""])


def section_with(title: str, *lessons: str, fields: tuple[str, ...] = ()) -> str:
    """Return a section without contents, and its lessons."""
    return "".join(
        [f"- title: {title}\n", *(f"  {field}\n" for field in fields), "  lessons:\n", *lessons]
    )


VIDEO = "<iframe src='https://www.youtube.com/embed/abcdefghijk'></iframe>"
OF_LESSONS = {
    "a section with lessons and no text": (section_with("One", lesson("A")), ""),
    "the first lesson is locked": (
        section_with("One", lesson("A", SEQUENTIAL)),
        "the first lesson that members see, and it waits",
    ),
    "the first lesson is in a hidden section": (
        section_with("One", lesson("A", SEQUENTIAL), fields=(HIDDEN,)) + section("Two"),
        "",
    ),
    "the first lesson of the second section waits": (
        section_with("One", lesson("A")) + section_with("Two", lesson("B", SEQUENTIAL)),
        "",
    ),
    "nobody can complete the one before": (
        section_with("One", lesson("A", "completion: none"), lesson("B", SEQUENTIAL)),
        'it waits for one that has nothing to complete: "A", on line 6',
    ),
    "nothing can be completed": (
        section_with("One", lesson("A", "completion: none")),
        "no lesson that members see in this course can be completed",
    ),
    "no video": (
        section_with("One", lesson("A", "completion: video")),
        "members can't complete this lesson: its contents have no YouTube video",
    ),
    "a video": (section_with("One", lesson("A", "completion: video", contents=VIDEO)), ""),
    "it opens before its section": (
        section("Zero") + section_with("One", lesson("A"), lesson("B", days(2)), fields=(days(7),)),
        "this lesson would open after 2 days, but its section opens only after 7 days",
    ),
    "an empty lesson": (
        section_with("One", lesson("A", contents="''")),
        "members who open this lesson find it empty",
    ),
    "the same title in two sections": (
        section_with("One", lesson("A")) + section_with("Two", lesson("A")),
        "",
    ),
}


@pytest.mark.parametrize(("sections", "problem"), OF_LESSONS.values(), ids=OF_LESSONS)
def test_what_members_would_stumble_over_in_lessons(
    sections: str, problem: str, writer: Author
) -> None:
    """The rules count within a list; a lesson's own rules are about how it is completed."""
    pieces = advice(writer, sections)

    assert [each[1] for each in pieces if not problem or problem not in each[1]] == []
    assert len(pieces) == bool(problem)
