"""The edits of the story of lessons that take more than a line: an author's, and a colleague's."""

from __future__ import annotations

from typing import TYPE_CHECKING

from harness import wait_until

if TYPE_CHECKING:
    from cli.lesson_storyteller import LessonTeller
    from harness import SandboxServer

COURSE = 4711
LATER = {"By": "someone@example.com", "At": "2030-01-01T00:00:00Z"}
LONG = "".join(f"<p>Paragraph {number} about the network.</p>\n" for number in range(40))
NEW_SECTION = """\
- key: first
  title: First
  lessons:
    - key: hey
      title: Hey
"""
ARRIVE = """\
---
title: Arrive
summary: Where the door is.
---

Ring **twice**.
"""


def found_a_course(api: SandboxServer) -> None:
    """Let other hands make the course that the story begins with."""
    welcome, week, _rooms = (
        api.foreign_create(COURSE, title, DisplayOrder=number, Active=True)
        for number, title in ((10, "Welcome"), (20, "Week"), (30, "Rooms"))
    )
    standing = (
        ("Desk", welcome, "<p>Sit where you like.</p>"),
        ("Wifi", welcome, LONG),
        ("Tour", welcome, ""),
        ("Meet", week, "<p>Come as you are.</p>"),
        ("Eat", week, ""),
        ("Glossary", None, "<p>Words.</p>"),
        ("Contacts", None, ""),
    )
    for number, (title, section, contents) in enumerate(standing, start=1):
        api.create_lesson(
            COURSE,
            title,
            SectionId=section,
            DisplayOrder=10 * number,
            LessonContents=contents,
            Active=True,
        )


def complete_otherwise(author: LessonTeller) -> None:
    author.say("tour", "completion: button")
    author.say("eat", "completion: none")


def in_their_time(author: LessonTeller) -> None:
    author.say("week", "unlock: {after_days: 7}")
    author.say("tour", "unlock: sequential")
    author.say("eat", "unlock: {after_days: 9}")


def add_a_file(author: LessonTeller) -> None:
    author.write("week/arrive.md", ARRIVE)
    author.put("- week/arrive.md", into="week")


def rename_the_lessons_file(author: LessonTeller) -> None:
    author.replace("title: Arrive", "key: arrive\ntitle: Arrive", "week/arrive.md")
    (author.courses / "week/arrive.md").rename(author.courses / "week/door.md")
    author.replace("- week/arrive.md", "- week/door.md")


def write_it_out(author: LessonTeller) -> None:
    (author.courses / "week/door.md").unlink()
    author.cut("door")
    author.put(
        """- key: arrive
  title: Arrive
  summary: The door.
  contents: |
    <p>Ring once.</p>""",
        into="week",
    )


def spread(author: LessonTeller) -> None:
    author.move("lockers", into="rooms")
    author.move("eat")


def add_a_section(author: LessonTeller) -> None:
    author.put(
        """- key: extra
  title: Extra
  lessons:
    - key: film
      title: Film
    - key: music
      title: Music
    - key: games
      title: Games""",
        before="rooms",
    )


def add_a_section_for_one(author: LessonTeller) -> None:
    author.put(
        """- key: more
  title: More
  lessons:
    - key: snacks
      title: Snacks""",
        before="extra",
    )
    author.move("eat", before="snacks")


def move_and_rename(author: LessonTeller) -> None:
    author.move("arrive", before="wifi")
    author.rename("arrive", "come", "lesson.course-4711.week.arrive")


def take_out_what_was_done(author: LessonTeller) -> None:
    author.api.complete(author.id_of("Contacts"), 2)
    author.take_out("contacts")


def save_one_and_take_out_the_rest(author: LessonTeller) -> None:
    author.move("eat", into="rooms")
    author.take_out("more")


def leave_rooms_alone(author: LessonTeller) -> None:
    author.replace(
        """title: Rooms
    lessons:
      - key: eat""",
        """title: Rooms
      - key: eat""",
    )
    author.take_out("eat")


def list_rooms_again(author: LessonTeller) -> None:
    author.replace("title: Rooms", "title: Rooms\n    lessons:")
    author.put_back("eat", into="rooms")
    author.say("eat", "title: Dinner")


def lose_an_answer(author: LessonTeller) -> None:
    author.api.fault("POST /api/content/courselessons@1:lost-after")
    author.put("- key: print\n  title: Print", before="eat")


def lose_an_answer_to_a_change(author: LessonTeller) -> None:
    author.api.fault("PUT /api/content/courselessons@1:lost-after")
    author.say("print", "title: Printer")


def refuse_one(author: LessonTeller) -> None:
    author.api.fault("PUT /api/content/courselessons@1:status=400")
    author.say("print", "title: Print")
    author.say("eat", "title: Eat")


def kill_a_run(author: LessonTeller) -> None:
    author.put(
        """- key: late
  title: Late
  lessons:
    - key: keys
      title: Keys
    - key: lights
      title: Lights""",
        before="rooms",
    )
    created = author.api.creates_of_lessons()
    author.api.fault("POST /api/content/courselessons@1:slow=10")
    with author.cli.start("apply", "--auto-approve") as process:
        wait_until(lambda: any(each["Title"] == "Keys" for each in author.api.lessons()))
        process.kill()
        process.communicate(timeout=60)
    author.api.no_faults()
    # the server logs a request once it has answered: not among those of a later step
    wait_until(lambda: author.api.creates_of_lessons() > created, seconds=60)


def edit_twice(author: LessonTeller) -> None:
    author.api.change_lesson(author.id_of("Tour"), Title="Theirs", **LATER)
    author.say("tour", "title: Ours")


def move_on_the_site(author: LessonTeller) -> None:
    author.api.change_lesson(author.id_of("Ours"), SectionId=author.id_of("Rooms"))


def invite_a_guest(author: LessonTeller) -> None:
    author.api.create_lesson(
        COURSE, "Guest", SectionId=author.id_of("Week"), DisplayOrder=4000, Active=True
    )
    author.say("tour", "title: Tour")


def adopt_the_guest(author: LessonTeller) -> None:
    author.put("- key: guest\n  title: Guest", into="week")


def swap_across(author: LessonTeller) -> None:
    author.move("wifi", before="meeting")
    author.move("meeting", into="hello")


def rename_both(author: LessonTeller) -> None:
    author.rename("evening", "night", "evening")
    author.rename("keys", "bunch", "lesson.course-4711.evening.keys")


def rename_and_retitle_both(author: LessonTeller) -> None:
    author.rename("night", "dark")
    author.unsay("dark", "previous_keys")
    author.rename("bunch", "key-ring")
    author.unsay("key-ring", "previous_keys")
    author.say("dark", "title: Night")
    author.say("key-ring", "title: Key ring")


def replace_a_section(author: LessonTeller) -> None:
    author.put("- key: light\n  title: Light\n  lessons:", before="dark")
    author.move("key-ring", "lights", into="light")
    author.take_out("dark")


def edit_after_the_plan(author: LessonTeller) -> None:
    author.say("lights", "title: Lamps")
    author.plan()
    author.api.change_lesson(author.id_of("Lights"), SummaryText="Theirs.", **LATER)


def create_after_the_plan(author: LessonTeller) -> None:
    author.put("- key: switch\n  title: Switch", into="light")
    author.plan()
    light = author.id_of("Light")
    author.api.create_lesson(COURSE, "Switch", SectionId=light, DisplayOrder=30, Active=True)


def delete_after_the_plan(author: LessonTeller) -> None:
    author.say("switch", "title: Switches")
    author.plan()
    author.api.remove_lesson(author.id_of("Switch"))


def delete_the_section_after_the_plan(author: LessonTeller) -> None:
    author.put("- key: candle\n  title: Candle", into="light")
    author.plan()
    author.api.foreign_remove(author.id_of("Light"))


def take_back_after_the_plan(author: LessonTeller) -> None:
    author.say("lights", "title: Lanterns")
    author.plan()
    author.say("lights", "title: Lamps")


def make_a_twin(author: LessonTeller) -> None:
    (marker,) = [each["SystemId"] for each in author.api.lessons() if each["Title"] == "Print"]
    author.api.create_lesson(
        COURSE, "Print", SectionId=author.id_of("Rooms"), Active=True, SystemId=marker
    )


def turn_upside_down(author: LessonTeller) -> None:
    """Create, retitle, move, reorder and take out, sections and lessons."""
    author.put(NEW_SECTION, before="hello")
    author.move("tour", into="first")
    author.move("eat", before="tour")
    author.move("rooms", before="week")
    author.say("tour", "title: Look around")
    author.put("- key: words\n  title: Words")
    author.take_out("guest")


def rename_the_outline(author: LessonTeller) -> None:
    author.unsay("come", "previous_keys")
    (author.courses / author.outline).rename(author.courses / "members.yaml")
    author.outline = "members.yaml"


def delete_the_twin(author: LessonTeller) -> None:
    author.api.remove_lesson(2000023)


def take_to_another_course(author: LessonTeller) -> None:
    rooms = author.cut("rooms").replace(
        "- key: rooms", "- key: rooms\n  previous_keys: [members.rooms]"
    )
    author.write("tours.yaml", f"id: 4712\ntitle: Tours\nsections:\n{rooms}")


def give_up(author: LessonTeller) -> None:
    (author.courses / author.outline).unlink()
