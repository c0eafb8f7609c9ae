"""A course's long life on the command line: each step has the expected result."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cli.storyteller import Outline, Section, Seen, Step, Teller, Typed
from harness import lift_limits

if TYPE_CHECKING:
    from pathlib import Path

    from harness import CommandLine, SandboxServer

LATER = {"By": "someone@example.com", "At": "2030-01-01T00:00:00Z"}
HIDE = "--on-removal deactivate"
PRUNE = "--on-removal delete --prune"
PICTURE = "https://cdn.example.com/wifi.png"
COURSE, TOURS = 4711, 4712


def apply(requests: str, options: str = "", code: int = 0, says: str = "") -> Typed:
    """An apply that takes these requests."""
    return Typed(f"apply --auto-approve {options}".strip(), requests, code, says)


ONE = (apply("1 GET, 1 PUT"),)
NOTHING = (apply(""),)


def standing() -> list[Section]:
    """Eight sections as another hand has made them."""
    return [
        Section("Welcome", {"contents": "<p>Everything for day one.</p>"}),
        Section("Rules", {"contents": "<p>Be kind.</p>"}),
        Section("Wifi", {"contents": "<p>The password is on the wall.</p>"}),
        Section("Kitchen"),
        Section("Week", {"unlock": {"after_days": 7}, "contents": "<p>Come as you are.</p>"}),
        Section("Rooms", {"unlock": "sequential"}),
        Section("Events", {"contents": "<p>On Thursdays.</p>"}),
        Section("Beyond", {"active": False}),
    ]


def found_a_course(teller: Teller) -> None:
    """Let another hand make the course that the story begins with."""
    for place, section in enumerate(teller.outlines["onboarding"].sections, start=1):
        record = {**section.as_record(COURSE), "DisplayOrder": 10 * place}
        title = str(record.pop("Title"))
        del record["CourseId"]
        section.id = teller.api.foreign_create(COURSE, title, **record)


def take_over() -> tuple[Typed, ...]:
    """What is typed to put a course that stands on the site under management."""
    return (apply("2 GET", says="8 adopted"),)


def unlock_otherwise(teller: Teller) -> None:
    teller.say("Week", unlock={"after_days": 14})
    teller.say("Rooms", unlock="immediate")
    teller.say("Events", unlock="sequential")


def edit_on_the_site(teller: Teller) -> None:
    teller.api.foreign_change(teller.find("Week").id, Title="Theirs", **LATER)
    teller.retitle("Week", "Ours")


def remove_on_the_site(teller: Teller) -> None:
    section = teller.find("Kitchen")
    teller.api.foreign_remove(section.id)
    section.id = 0


def grow(teller: Teller) -> None:
    for title in ("Desk", "Lockers", "Post"):
        teller.put(title, "", "members")


def reword(teller: Teller) -> None:
    for title in ("Desk", "Lockers", "Post", "Coffee"):
        teller.say(title, contents=f"<p>All about: {title}.</p>")


def change_and_take_over(teller: Teller) -> None:
    teller.say("Lockers", contents="<p>By the door.</p>")
    teller.take_to("tours", "Rules")


def turn_upside_down(teller: Teller) -> None:
    """Create in two courses, move, retitle, take to the other course, and take out."""
    teller.put("Start", "Events", "members")
    teller.say("Start", key="start")  # or it would be Events, retitled in its place
    teller.take_out("Events")
    teller.move("Coffee", "Kitchen")
    teller.retitle("Post", "Parcels")
    teller.say("Parcels", active=True)
    teller.take_to("tours", "Desk")
    teller.put("End", "", "tours")
    teller.take_out("Old")


def invite_a_guest(teller: Teller) -> None:
    teller.api.foreign_create(COURSE, "Guest", DisplayOrder=4000, Active=True)
    teller.retitle("Ours", "Yours")


def open_tours(teller: Teller) -> None:
    teller.outlines["tours"] = Outline(TOURS, [Section("Old"), Section("New")])


def rename_the_file(teller: Teller) -> None:
    teller.outlines["members"] = teller.outlines.pop("onboarding")


STORY: list[Step] = [
    Step(
        "put under management",
        found_a_course,
        take_over(),
        "Welcome Rules Wifi Kitchen Week Rooms Events (Beyond)",
    ),
    Step(
        "retitled, with a key made from the title",
        lambda teller: teller.retitle("Welcome", "Hello"),
        ONE,
        "Hello Rules Wifi Kitchen Week Rooms Events (Beyond)",
    ),
    Step(
        "given another key, by the author's word",
        lambda teller: teller.say("Rules", key="house", previous_keys=["rules"]),
        NOTHING,
        "Hello Rules Wifi Kitchen Week Rooms Events (Beyond)",
    ),
    Step(
        "new contents",
        lambda teller: teller.say("Wifi", contents="<p>Ask at the desk.</p>"),
        ONE,
        "Hello Rules Wifi Kitchen Week Rooms Events (Beyond)",
    ),
    Step(
        "unlocked later, and in another way",
        unlock_otherwise,
        (apply("1 GET, 3 PUT", "--allow-large-change"),),
        "Hello Rules Wifi Kitchen Week Rooms Events (Beyond)",
    ),
    Step(
        "hidden",
        lambda teller: teller.say("Kitchen", active=False),
        ONE,
        "Hello Rules Wifi (Kitchen) Week Rooms Events (Beyond)",
    ),
    Step(
        "shown",
        lambda teller: teller.say("Kitchen", "Beyond", active=True),
        (apply("1 GET, 2 PUT"),),
        "Hello Rules Wifi Kitchen Week Rooms Events Beyond",
    ),
    Step(
        "given a picture",
        lambda teller: teller.say("Wifi", image=PICTURE),
        ONE,
        "Hello Rules Wifi Kitchen Week Rooms Events Beyond",
    ),
    Step(
        "changed, with the picture as it was",
        lambda teller: teller.say("Wifi", contents="<p>It has no password.</p>"),
        ONE,
        "Hello Rules Wifi Kitchen Week Rooms Events Beyond",
    ),
    Step(
        "its picture removed",
        lambda teller: teller.say("Wifi", image=None),
        ONE,
        "Hello Rules Wifi Kitchen Week Rooms Events Beyond",
    ),
    Step(
        "the line of the picture deleted, which there is none of",
        lambda teller: teller.unsay("Wifi", "image"),
        NOTHING,
        "Hello Rules Wifi Kitchen Week Rooms Events Beyond",
    ),
    Step(
        "one put between",
        lambda teller: teller.put("Coffee", "Kitchen", "onboarding"),
        (apply("2 GET, 1 POST"),),
        "Hello Rules Wifi Coffee Kitchen Week Rooms Events Beyond",
    ),
    Step(
        "moved one place",
        lambda teller: teller.move("Rooms", "Week"),
        ONE,
        "Hello Rules Wifi Coffee Kitchen Rooms Week Events Beyond",
    ),
    Step(
        "moved to the front",
        lambda teller: teller.move("Beyond", "Hello"),
        ONE,
        "Beyond Hello Rules Wifi Coffee Kitchen Rooms Week Events",
    ),
    Step(
        "reversed",
        lambda teller: teller.outlines["onboarding"].sections.reverse(),
        (apply("1 GET, 8 PUT", "--allow-large-change"),),
        "Events Week Rooms Kitchen Coffee Wifi Rules Hello Beyond",
    ),
    Step(
        "pinned",
        lambda teller: teller.say("Beyond", display_order=5000),
        ONE,
        "Events Week Rooms Kitchen Coffee Wifi Rules Hello Beyond",
    ),
    Step(
        "a second course",
        open_tours,
        (apply("3 GET, 2 POST"),),
        "Events Week Rooms Kitchen Coffee Wifi Rules Hello Beyond | Old New",
    ),
    Step(
        "moved to another course",
        lambda teller: teller.take_to("tours", "Rooms"),
        (apply("2 GET, 1 PUT"),),
        "Events Week Kitchen Coffee Wifi Rules Hello Beyond | Old New Rooms",
    ),
    Step(
        "taken out, and kept",
        lambda teller: teller.take_out("Rules"),
        NOTHING,
        "Events Week Kitchen Coffee Wifi Rules Hello Beyond | Old New Rooms",
    ),
    Step(
        "hidden, for it was taken out",
        lambda _: None,
        (apply("1 GET, 1 PUT", HIDE),),
        "Events Week Kitchen Coffee Wifi (Rules) Hello Beyond | Old New Rooms",
        HIDE,
    ),
    Step(
        "put back, and shown again",
        lambda teller: teller.put_back("Rules", "Hello", "onboarding"),
        ONE,
        "Events Week Kitchen Coffee Wifi Rules Hello Beyond | Old New Rooms",
    ),
    Step(
        "taken out, and deleted by two words",
        lambda teller: teller.take_out("Hello"),
        (
            apply("", "--on-removal delete", says="--prune deletes"),
            apply("1 DELETE, 2 GET", PRUNE),
        ),
        "Events Week Kitchen Coffee Wifi Rules Beyond | Old New Rooms",
    ),
    Step(
        "protected",
        lambda teller: teller.say("Coffee", protect=True),
        NOTHING,
        "Events Week Kitchen Coffee Wifi Rules Beyond | Old New Rooms",
    ),
    Step(
        "taken out, and kept, for it is protected",
        lambda teller: teller.take_out("Coffee"),
        (apply("", PRUNE, says="protected"),),
        "Events Week Kitchen Coffee Wifi Rules Beyond | Old New Rooms",
        PRUNE,
    ),
    Step(
        "put back, where it has been all the time",
        lambda teller: teller.put_back("Coffee", "Wifi", "onboarding"),
        NOTHING,
        "Events Week Kitchen Coffee Wifi Rules Beyond | Old New Rooms",
        PRUNE,
    ),
    Step(
        "the file renamed",
        rename_the_file,
        NOTHING,
        "Events Week Kitchen Coffee Wifi Rules Beyond | Old New Rooms",
        PRUNE,
    ),
    Step(
        "three more before the pin and behind it",
        grow,
        (apply("2 GET, 3 POST"),),
        "Events Week Kitchen Coffee Wifi Rules Beyond Desk Lockers Post | Old New Rooms",
    ),
    Step(
        "a large change, and the brake",
        reword,
        (
            apply("", code=6, says="4 of the 10 sections of Course 4711"),
            apply("1 GET, 4 PUT", "--allow-large-change"),
        ),
        "Events Week Kitchen Coffee Wifi Rules Beyond Desk Lockers Post | Old New Rooms",
    ),
    Step(
        "edited on the site and in the outline",
        edit_on_the_site,
        (
            apply("1 GET", code=6, says="it was edited on the site by someone@example.com"),
            apply("1 GET, 1 PUT", "--overwrite-drift"),
        ),
        "Events Ours Kitchen Coffee Wifi Rules Beyond Desk Lockers Post | Old New Rooms",
    ),
    Step(
        "deleted on the site",
        remove_on_the_site,
        (
            Typed("drift", "3 GET", 2, "1 deleted"),
            Typed("plan --refresh", "3 GET", 0, "1 to create"),
            Typed("state rm section.members.kitchen", "", 0, "no longer managed"),
            apply("2 GET, 1 POST"),
        ),
        "Events Ours Kitchen Coffee Wifi Rules Beyond Desk Lockers Post | Old New Rooms",
    ),
    Step(
        "under another key in the state, and in the outline",
        lambda teller: teller.say("Wifi", key="wlan"),
        (Typed("state mv section.members.wifi section.members.wlan", ""), apply("")),
        "Events Ours Kitchen Coffee Wifi Rules Beyond Desk Lockers Post | Old New Rooms",
    ),
    Step(
        "forgotten by the state, and adopted again",
        lambda _: None,
        (Typed("state rm section.members.post", ""), apply("1 GET", says="1 adopted")),
        "Events Ours Kitchen Coffee Wifi Rules Beyond Desk Lockers Post | Old New Rooms",
    ),
    Step(
        "forgotten where it has another number than a new one would: a person says which it is",
        lambda _: None,
        (
            Typed("state rm section.members.house", ""),
            apply("1 GET", code=6, says='Id 1000002: "Rules"'),
            Typed("resolve section.members.house --id 1000002", ""),
            apply(""),
        ),
        "Events Ours Kitchen Coffee Wifi Rules Beyond Desk Lockers Post | Old New Rooms",
    ),
    Step(
        "two neighbours swapped",
        lambda teller: teller.move("Lockers", "Desk"),
        ONE,
        "Events Ours Kitchen Coffee Wifi Rules Beyond Lockers Desk Post | Old New Rooms",
    ),
    Step(
        "two changes, with an allowance of one",
        lambda teller: teller.say("Desk", "Post", active=False),
        (
            apply("1 GET, 1 PUT", "--max-writes 1 --allow-large-change", code=6),
            apply("1 GET, 1 PUT"),
        ),
        "Events Ours Kitchen Coffee Wifi Rules Beyond Lockers (Desk) (Post) | Old New Rooms",
    ),
    Step(
        "moved to another course, with an allowance that ends before it",
        change_and_take_over,
        (
            apply("1 GET, 1 PUT", "--max-writes 1 --allow-large-change", code=6),
            apply("2 GET, 1 PUT"),
        ),
        "Events Ours Kitchen Coffee Wifi Beyond Lockers (Desk) (Post) | Old New Rooms Rules",
    ),
    Step(
        "all at once, as it was reviewed",
        turn_upside_down,
        (
            Typed(f"plan --out plan.json {PRUNE}", ""),
            Typed(
                f"apply --plan plan.json --allow-large-change {PRUNE}",
                "2 DELETE, 6 GET, 2 POST, 3 PUT",
            ),
        ),
        "Start Ours Coffee Kitchen Wifi Beyond Lockers Parcels | New Rooms Rules (Desk) End",
    ),
    Step(
        "a course given up",
        lambda teller: teller.outlines.pop("tours"),
        (apply(""), apply("5 DELETE, 2 GET", f"--allow-large-change {PRUNE}")),
        "Start Ours Coffee Kitchen Wifi Beyond Lockers Parcels",
    ),
    Step(
        "a colleague's own section among them, which is left alone",
        invite_a_guest,
        ONE,
        "Start Yours Coffee Kitchen Wifi Guest Beyond Lockers Parcels",
    ),
    Step(
        "nothing at all",
        lambda _: None,
        (Typed("drift", "1 GET", 0, "No drift"), Typed("plan --refresh", "1 GET"), apply("")),
        "Start Yours Coffee Kitchen Wifi Guest Beyond Lockers Parcels",
        "--refresh",
    ),
]


def test_a_course_lives_a_long_life(author: CommandLine, api: SandboxServer, courses: Path) -> None:
    """Each step takes just the requests that it must, and leaves the site as the outlines say."""
    lift_limits(courses)
    teller = Teller(author, courses, api, {"onboarding": Outline(COURSE, standing())})
    for step in STORY:
        assert Seen(step.name, step.typed, step.site) == teller.play(step)

    assert len(sending(api, "NewImageUrl")) == len(sending(api, "ClearImageFile")) == 1


def sending(api: SandboxServer, name: str) -> list[object]:
    """Return the bodies that had a field."""
    bodies = [met["body"] for met in api.log()]
    return [body for body in bodies if isinstance(body, dict) and name in body]
