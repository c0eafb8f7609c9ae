"""The long life of a course that has lessons, on the command line: import, and 75 edits."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cli import lesson_edits as edits
from cli.lesson_storyteller import Edit, LessonTeller, expected
from cli.storyteller import Typed
from harness import lift_limits

if TYPE_CHECKING:
    from pathlib import Path

    from harness import CommandLine, SandboxServer

HIDE = "--on-removal deactivate"
PRUNE = "--on-removal delete --prune"
PICTURE = "https://cdn.example.com/desk.png"


def apply(requests: str, options: str = "", code: int = 0, says: str = "") -> Typed:
    """An apply that takes these requests."""
    return Typed(f"apply --auto-approve {options}".strip(), requests, code, says)


ONE = (apply("1 GET, 1 PUT"),)
NOTHING = (apply(""),)
ADDED = (apply("2 GET, 1 POST"),)


STORY: list[Edit] = [
    Edit("imported", lambda _: None, (Typed("import --course 4711", "5 GET", 0, "7 lessons"),)),
    Edit(
        "a section retitled",
        lambda author: author.say("welcome", "title: Hello"),
        ONE,
        ("~ Welcome: Title=Hello",),
    ),
    Edit(
        "a lesson retitled",
        lambda author: author.say("desk", "title: Your desk"),
        ONE,
        ("~ Desk: Title=Your desk",),
    ),
    Edit(
        "other words in place",
        lambda author: author.replace("Come as you are.", "Come on Thursday."),
        ONE,
        ("~ Meet: LessonContents=<p>Come on Thursday.</p>",),
    ),
    Edit(
        "a summary",
        lambda author: author.say("tour", "summary: Four minutes."),
        ONE,
        ("~ Tour: SummaryText=Four minutes.",),
    ),
    Edit(
        "a rule for a lesson, and another for its section",
        edits.in_their_time,
        (apply("2 GET, 3 PUT", "--allow-large-change"),),
        (
            "~ Week: UnlockType=3, UnlockAfterDays=7",
            "~ Tour: UnlockType=2",
            "~ Eat: UnlockType=3, UnlockAfterDays=9",
        ),
    ),
    Edit(
        "done by a button, and by nothing",
        edits.complete_otherwise,
        (apply("1 GET, 2 PUT"),),
        ("~ Tour: CompletionType=3", "~ Eat: CompletionType=1"),
    ),
    Edit(
        "given by someone",
        lambda author: author.say("eat", "instructor: 88123"),
        ONE,
        ("~ Eat: InstructorId=88123",),
    ),
    Edit(
        "given a picture",
        lambda author: author.say("tour", f"image: {PICTURE}"),
        ONE,
        ("~ Tour: ImageFileName=desk.png",),
    ),
    Edit(
        "changed, with the picture as it was",
        lambda author: author.say("tour", "summary: Five minutes."),
        ONE,
        ("~ Tour: SummaryText=Five minutes.",),
    ),
    Edit(
        "its picture removed",
        lambda author: author.say("tour", "image: null"),
        ONE,
        ("~ Tour: ImageFileName=None",),
    ),
    Edit(
        "a lesson hidden",
        lambda author: author.say("eat", "active: false"),
        ONE,
        ("~ Eat: Active=False",),
    ),
    Edit(
        "a section hidden, and not its lessons",
        lambda author: author.say("week", "active: false"),
        ONE,
        ("~ Week: Active=False",),
    ),
    Edit(
        "both shown",
        lambda author: author.say_of(("eat", "week"), "active: true"),
        (apply("2 GET, 2 PUT"),),
        ("~ Week: Active=True", "~ Eat: Active=True"),
    ),
    Edit(
        "one put between",
        lambda author: author.put("- key: lockers\n  title: Lockers", before="wifi"),
        ADDED,
        ("+ Lockers: SectionId=Hello, DisplayOrder=15",),
    ),
    Edit(
        "one as a file, the last of its section",
        edits.add_a_file,
        ADDED,
        (
            (
                "+ Arrive: SectionId=Week, SummaryText=Where the door is., "
                "LessonContents=<p>Ring <strong>twice</strong>.</p>\n, DisplayOrder=60"
            ),
        ),
    ),
    Edit(
        "other front matter",
        lambda author: author.replace("Where the door is.", "The door.", "week/arrive.md"),
        ONE,
        ("~ Arrive: SummaryText=The door.",),
    ),
    Edit(
        "other words in the file",
        lambda author: author.replace("**twice**", "once", "week/arrive.md"),
        ONE,
        ("~ Arrive: LessonContents=<p>Ring once.</p>\n",),
    ),
    Edit(
        "the file named otherwise, with the key as it was",
        edits.rename_the_lessons_file,
        NOTHING,
    ),
    Edit(
        "written out in the outline",
        edits.write_it_out,
        NOTHING,
    ),
    Edit(
        "the last moved to the front",
        lambda author: author.move("tour", before="desk"),
        ONE,
        ("~ Tour: DisplayOrder=5",),
    ),
    Edit(
        "two swapped",
        lambda author: author.move("wifi", before="lockers"),
        ONE,
        ("~ Wifi: DisplayOrder=12",),
    ),
    Edit(
        "moved to another section",
        lambda author: author.move("lockers", into="week"),
        (
            Typed(
                "plan", "", 0, "moved from “Hello” to “Week”; opens with its section; keeps its Id"
            ),
            *ONE,
        ),
        ("~ Lockers: SectionId=Week, DisplayOrder=70",),
    ),
    Edit(
        "to a section that had none, and into the course",
        edits.spread,
        (
            Typed("plan", "", 0, "order: the only one in its list (70 -> 10)"),
            apply("1 GET, 2 PUT"),
        ),
        ("~ Eat: SectionId=None, DisplayOrder=80", "~ Lockers: SectionId=Rooms, DisplayOrder=10"),
    ),
    Edit(
        "back out of the course",
        lambda author: author.move("eat", before="arrive"),
        ONE,
        ("~ Eat: SectionId=Week, DisplayOrder=50",),
    ),
    Edit(
        "a section with its lessons",
        edits.add_a_section,
        (apply("3 GET, 4 POST"),),
        (
            "+ Extra: DisplayOrder=25",
            "+ Film: SectionId=Extra, DisplayOrder=10",
            "+ Music: SectionId=Extra, DisplayOrder=20",
            "+ Games: SectionId=Extra, DisplayOrder=30",
        ),
    ),
    Edit(
        "a section that begins with a lesson of another one",
        edits.add_a_section_for_one,
        (apply("4 GET, 2 POST, 1 PUT"),),
        (
            "+ More: DisplayOrder=22",
            "~ Eat: SectionId=More, DisplayOrder=10",
            "+ Snacks: SectionId=More, DisplayOrder=20",
        ),
    ),
    Edit(
        "a lesson's key changed, as the author says",
        lambda author: author.rename("desk", "your-desk", "desk"),
        NOTHING,
    ),
    Edit(
        "a section's key changed, as the author says",
        lambda author: author.rename("welcome", "hello", "welcome"),
        NOTHING,
    ),
    Edit(
        "moved, under another key",
        edits.move_and_rename,
        ONE,
        ("~ Arrive: SectionId=Hello, DisplayOrder=11",),
    ),
    Edit(
        "pinned",
        lambda author: author.say("meet", "display_order: 500"),
        ONE,
        ("~ Meet: DisplayOrder=500",),
    ),
    Edit(
        "pinned no more",
        lambda author: author.unsay("meet", "display_order"),
        NOTHING,
    ),
    Edit(
        "taken out, and kept",
        lambda author: author.take_out("lockers"),
        (apply("", says="no longer in any outline; kept on the site"),),
    ),
    Edit(
        "hidden, for it was taken out",
        lambda _: None,
        (apply("1 GET, 1 PUT", HIDE),),
        ("~ Lockers: Active=False",),
        HIDE,
    ),
    Edit(
        "put back, and shown again",
        lambda author: author.put_back("lockers", into="rooms"),
        ONE,
        ("~ Lockers: Active=True",),
    ),
    Edit(
        "taken out, and deleted by two words",
        lambda author: author.take_out("lockers"),
        (apply("", "--on-removal delete", says="--prune deletes"), apply("1 DELETE, 2 GET", PRUNE)),
        ("- Lockers",),
    ),
    Edit(
        "deleted with the progress of two members, by a third word",
        edits.take_out_what_was_done,
        (
            apply("2 GET", PRUNE, code=6, says="2 members"),
            apply("1 DELETE, 1 GET", f"{PRUNE} --allow-progress-loss"),
        ),
        ("- Contacts",),
    ),
    Edit("protected", lambda author: author.say("your-desk", "protect: true"), NOTHING),
    Edit(
        "taken out, and kept, for it is protected",
        lambda author: author.take_out("your-desk"),
        (apply("", PRUNE, says="protected"),),
        (),
        PRUNE,
    ),
    Edit(
        "put back, where it has been all the time",
        lambda author: author.put_back("your-desk", before="come"),
        NOTHING,
    ),
    Edit(
        "a section taken out with all in it: its lessons are deleted first",
        lambda author: author.take_out("extra"),
        (apply("", says="kept"), apply("4 DELETE, 6 GET", f"{PRUNE} --allow-large-change")),
        ("- Extra", "- Film", "- Music", "- Games"),
    ),
    Edit(
        "a section taken out, and its lessons kept in another",
        edits.save_one_and_take_out_the_rest,
        (apply("2 DELETE, 4 GET, 1 PUT", f"{PRUNE} --allow-large-change"),),
        ("- More", "~ Eat: SectionId=Rooms", "- Snacks"),
    ),
    Edit(
        "left alone, without a list",
        edits.leave_rooms_alone,
        NOTHING,
    ),
    Edit(
        "in a list again, changed",
        edits.list_rooms_again,
        ONE,
        ("~ Eat: Title=Dinner",),
    ),
    Edit(
        "an empty list of the course",
        lambda author: author.take_out("glossary"),
        (apply("", says="1 lesson"),),
    ),
    Edit(
        "the answer to a create lost",
        edits.lose_an_answer,
        (apply("at least 5 GET, 1 POST"),),
        ("+ Print: SectionId=Rooms, DisplayOrder=5",),
    ),
    Edit(
        "the answer to a change lost",
        edits.lose_an_answer_to_a_change,
        (apply("1 GET, 2 PUT"),),
        ("~ Print: Title=Printer",),
    ),
    Edit(
        "one refused, which stops the course until the API takes it",
        edits.refuse_one,
        (apply("1 GET, 1 PUT", code=6, says="refused"), apply("1 GET, 2 PUT")),
        ("~ Dinner: Title=Eat", "~ Printer: Title=Print"),
    ),
    Edit(
        "two changes, with an allowance of one",
        lambda author: author.say_of(("tour", "meet"), "summary: Short."),
        (apply("1 GET, 1 PUT", "--max-writes 1", code=6), apply("1 GET, 1 PUT")),
        ("~ Tour: SummaryText=Short.", "~ Meet: SummaryText=Short."),
    ),
    Edit(
        "killed between a section and its lessons",
        edits.kill_a_run,
        (apply("7 GET, 1 POST"),),
        (
            "+ Late: DisplayOrder=25",
            "+ Keys: SectionId=Late, DisplayOrder=10",
            "+ Lights: SectionId=Late, DisplayOrder=20",
        ),
    ),
    Edit(
        "edited by a colleague, and by the author",
        edits.edit_twice,
        (
            Typed("drift", "3 GET", 2, "1 edited"),
            apply("1 GET", code=6, says="it was edited on the site by someone@example.com"),
            apply("1 GET, 1 PUT", "--overwrite-drift"),
        ),
        ("~ Tour: Title=Ours",),
    ),
    Edit(
        "edited by a colleague, and set back",
        lambda author: author.api.change_lesson(author.id_of("Ours"), Title="Theirs"),
        (Typed("drift", "3 GET", 2, "1 edited"), apply("4 GET, 1 PUT", "--refresh")),
    ),
    Edit(
        "moved by a colleague, and set back",
        edits.move_on_the_site,
        (Typed("drift", "3 GET", 2, "“Hello” -> “Rooms”"), apply("4 GET, 1 PUT", "--refresh")),
    ),
    Edit(
        "deleted by a colleague, and made again",
        lambda author: author.api.remove_lesson(author.id_of("Meet")),
        (
            Typed("drift", "4 GET", 2, "1 deleted"),
            Typed("plan --refresh", "4 GET", 0, "1 lesson to create"),
            Typed("state rm lesson.course-4711.week.meet", "", 0, "no longer managed"),
            apply("2 GET, 1 POST"),
        ),
        (
            "- Meet",
            (
                "+ Meet: SectionId=Week, SummaryText=Short., "
                "LessonContents=<p>Come on Thursday.</p>, DisplayOrder=10"
            ),
        ),
    ),
    Edit(
        "a colleague's own lesson, which is left alone",
        edits.invite_a_guest,
        (Typed("drift", "2 GET", 0, "Guest"), *ONE),
        ("~ Ours: Title=Tour", "+ Guest: SectionId=Week, DisplayOrder=4000"),
    ),
    Edit(
        "the colleague's lesson in the outline, where a person says that it is this one",
        edits.adopt_the_guest,
        (
            apply("2 GET", code=6, says='"Guest" at 4000'),
            Typed("resolve lesson.course-4711.week.guest --id 2000018", ""),
            apply(""),
        ),
    ),
    Edit(
        "forgotten by the state, and adopted again",
        lambda _: None,
        (Typed("state rm lesson.course-4711.week.meet", ""), apply("2 GET", says="1 adopted")),
    ),
    Edit(
        "under another key in the state, and in the outline",
        lambda author: author.rename("meet", "meeting"),
        (
            Typed("state mv lesson.course-4711.week.meet lesson.course-4711.week.meeting", ""),
            apply(""),
        ),
    ),
    Edit("laid out in one way", lambda _: None, (Typed("fmt", ""), apply(""))),
    Edit(
        "two swapped between their sections",
        edits.swap_across,
        (apply("1 GET, 2 PUT"),),
        (
            "~ Wifi: SectionId=Week, DisplayOrder=10",
            "~ Meet: SectionId=Hello, DisplayOrder=21",
        ),
    ),
    Edit(
        "a section under another key, which nobody says",
        lambda author: author.rename("late", "evening"),
        NOTHING,
    ),
    Edit(
        "a section and a lesson in it under other keys, as the author says",
        edits.rename_both,
        NOTHING,
    ),
    Edit(
        "a section and a lesson in it under other keys and titles, which nobody says: new ones",
        edits.rename_and_retitle_both,
        (apply("4 GET, 2 POST, 1 PUT", says="give it the old key"),),
        (
            "+ Night: DisplayOrder=24",
            "~ Lights: SectionId=Night",
            "+ Key ring: SectionId=Night, DisplayOrder=10",
        ),
    ),
    Edit(
        "a section deleted by a colleague, whose lessons stay, and made again",
        lambda author: author.api.foreign_remove(author.id_of("Night")),
        (Typed("drift", "5 GET", 2, "1 deleted"), apply("8 GET, 1 POST, 2 PUT", "--refresh")),
        (
            "- Night",
            "+ Night: DisplayOrder=24",
            "~ Lights: SectionId=Night",
            "~ Key ring: SectionId=Night",
        ),
    ),
    Edit(
        "a section in place of another, which is deleted once its lessons have gone over",
        edits.replace_a_section,
        (
            apply("", PRUNE, code=6, says="--allow-large-change"),
            apply("4 DELETE, 8 GET, 1 POST, 2 PUT", f"{PRUNE} --allow-large-change"),
        ),
        (
            "- Late",
            "- Night",
            "+ Light: DisplayOrder=25",
            "- Glossary",
            "- Keys",
            "~ Lights: SectionId=Light",
            "~ Key ring: SectionId=Light",
        ),
    ),
    Edit(
        "edited by a colleague between the plan and its apply",
        edits.edit_after_the_plan,
        (
            Typed("apply --plan plan.json", "1 GET", 6, "edited on the site"),
            Typed("apply --plan plan.json --overwrite-drift", "1 GET, 1 PUT"),
        ),
        ("~ Lights: Title=Lamps",),
    ),
    Edit(
        "created by a colleague between the plan and its apply",
        edits.create_after_the_plan,
        (Typed("apply --plan plan.json", "2 GET", 0, "1 adopted"),),
        ("+ Switch: SectionId=Light, DisplayOrder=30",),
    ),
    Edit(
        "deleted by a colleague between the plan and its apply",
        edits.delete_after_the_plan,
        (
            Typed("apply --plan plan.json", "2 GET", 6, "deleted"),
            apply("6 GET, 1 POST", "--refresh"),
        ),
        ("- Switch", "+ Switches: SectionId=Light, DisplayOrder=30"),
    ),
    Edit(
        "a section deleted by a colleague before a lesson is created in it",
        edits.delete_the_section_after_the_plan,
        (
            Typed(
                "apply --plan plan.json", "1 GET, 1 POST", 6, "refuses the section of this lesson"
            ),
            apply("9 GET, 2 POST, 3 PUT", "--refresh"),
        ),
        (
            "- Light",
            "+ Light: DisplayOrder=25",
            "~ Lamps: SectionId=Light",
            "~ Key ring: SectionId=Light",
            "~ Switches: SectionId=Light",
            "+ Candle: SectionId=Light, DisplayOrder=40",
        ),
    ),
    Edit(
        "the change of a lesson taken back before its apply",
        edits.take_back_after_the_plan,
        (Typed("apply --plan plan.json", "", 4, "stale"),),
    ),
    Edit(
        "a twin, of which a person keeps one",
        edits.make_a_twin,
        (
            Typed("drift", "4 GET", 2, "has a twin: Id 2000023"),
            Typed("resolve lesson.course-4711.rooms.print --keep 2000014", "4 GET"),
            Typed("drift", "2 GET", 0, "not managed"),
        ),
        ("+ Print: SectionId=Rooms, DisplayOrder=1",),
    ),
    Edit("the twin deleted by a colleague", edits.delete_the_twin, NOTHING, ("- Print",)),
    Edit(
        "all at once, as it was reviewed",
        edits.turn_upside_down,
        (
            Typed(f"plan --out plan.json {PRUNE}", ""),
            Typed(
                f"apply --plan plan.json --allow-large-change {PRUNE}",
                "1 DELETE, 7 GET, 3 POST, 3 PUT",
            ),
        ),
        (
            "~ Rooms: DisplayOrder=15",
            "+ First: DisplayOrder=5",
            "~ Tour: SectionId=First, Title=Look around, DisplayOrder=30",
            "~ Eat: SectionId=First, DisplayOrder=20",
            "- Guest",
            "+ Hey: SectionId=First, DisplayOrder=10",
            "+ Words: DisplayOrder=10",
        ),
    ),
    Edit(
        "the file renamed",
        edits.rename_the_outline,
        NOTHING,
    ),
    Edit(
        "a section taken to another course, which its lessons can't follow",
        edits.take_to_another_course,
        (
            apply("4 GET", code=6, says='it has 1 lesson: "Print" (Id 2000014)'),
            apply("1 DELETE, 7 GET, 1 POST, 1 PUT", f"{PRUNE} --allow-large-change"),
        ),
        (
            "~ Rooms: CourseId=4712, DisplayOrder=10",
            "- Print",
            "+ Print: SectionId=Rooms, DisplayOrder=10",
        ),
    ),
    Edit(
        "a course given up",
        edits.give_up,
        (
            apply(""),
            apply("14 DELETE, 4 GET", f"--allow-large-change --allow-progress-loss {PRUNE}"),
        ),
        (
            "- Week",
            "- Light",
            "- First",
            "- Wifi",
            "- Look around",
            "- Eat",
            "- Arrive",
            "- Lamps",
            "- Meet",
            "- Key ring",
            "- Switches",
            "- Candle",
            "- Hey",
            "- Words",
        ),
    ),
]


def test_a_course_with_lessons_lives_a_long_life(
    author: CommandLine, api: SandboxServer, courses: Path
) -> None:
    """Each edit takes just the requests that it must, and changes on the site what it says."""
    lift_limits(courses)
    edits.found_a_course(api)
    teller = LessonTeller(author, courses, api)
    for edit in STORY:
        assert expected(edit) == teller.play(edit)
