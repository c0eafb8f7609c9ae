"""The web address of a picture in an outline."""

from __future__ import annotations

import re
from typing import Annotated, TypeAlias

from pydantic import AfterValidator

from coursesync.kinds.spec import mistake, shaped
from coursesync.text import coded

# https://www.rfc-editor.org/rfc/rfc3986#appendix-B, for the two schemes of the web
_ADDRESS = re.compile(
    r"(?i:https?)://(?P<user>[^/?#@\s]*@)?(?:[^/?#@\s:\[\]]+|\[[0-9a-fA-F:.]+\])(?::[0-9]{0,5})?"
    r"(?P<path>/[^?#\s]*)?(?:[?#]\S*)?"
)
_PICTURES = (".jpg", ".jpeg", ".png", ".gif")
_LONGEST_ADDRESS = 2_000
_PICTURE_ON_THE_WEB = (
    rf"^(?=[^\n\r]{{1,{_LONGEST_ADDRESS}}}$)[hH][tT][tT][pP][sS]?://"
    r"(?:[^/?#@\s:\[\]]+|\[[0-9a-fA-F:.]+\])(?::[0-9]{0,5})?"
    r"(?:/(?:[^?#\s/]*/)*(?:[^?#\s/.]*|[^?#\s/]*\.(?:[jJ][pP][eE]?[gG]|[pP][nN][gG]|[gG][iI][fF])))?"
    r"(?:[?#]\S*)?$"
)
# a file beside the outline, for a workspace with `assets_url`
_BESIDE = (
    rf"^(?![a-zA-Z][a-zA-Z0-9+.-]*:|[/?#]|[wW][wW][wW]\.)[^\n\r\\]{{1,{_LONGEST_ADDRESS}}}"
    r"\.(?:[jJ][pP][eE]?[gG]|[pP][nN][gG]|[gG][iI][fF])$"
)


def is_picture(path: str) -> bool:
    """Return whether a path ends as the pictures do that Nexudus takes."""
    return path.lower().endswith(_PICTURES)


def _picture(url: str) -> str:
    if len(url) > _LONGEST_ADDRESS:
        raise mistake(
            f"the image's address has {len(url):,} characters, more than {_LONGEST_ADDRESS:,}",
            "Browsers read no longer ones: give the picture a shorter address.",
        )
    parts = _ADDRESS.fullmatch(url)
    if parts is None:
        raise mistake(
            "the image is not the address of a picture on the web",
            coded(
                "Write an address that starts with https://, as in "
                "`https://cdn.example.com/tour.png` For a picture beside the outline, set "
                "`assets_url` in coursesync.toml."
            ),
        )
    if parts["user"]:
        raise mistake(
            "the image's address holds a user name or password, which every member could read",
            "Put the picture where nobody needs a password.",
        )
    name = (parts["path"] or "").rpartition("/")[2]
    ending = name.rpartition(".")[2][:20]
    if "." in name and not name.lower().endswith(_PICTURES):
        raise mistake(
            f"the image is a .{ending} file; Nexudus takes JPG, PNG or GIF",
            "Save the picture as one of those, and give that file's address.",
        )
    return url


Picture: TypeAlias = Annotated[
    str,
    AfterValidator(_picture),
    shaped(
        f"{_PICTURE_ON_THE_WEB}|{_BESIDE}",
        "Write the address of a JPG, PNG or GIF that starts with https://, without spaces, "
        "user name or password; or the path of such a file, if coursesync.toml has assets_url.",
    ),
]
