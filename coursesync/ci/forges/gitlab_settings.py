"""What GitLab's settings must be for the pipeline that `init --gitlab` writes.

Owns the words for each setting, and what an answer of GitLab means for it. It must never change a
setting. https://docs.gitlab.com/api/projects/, https://docs.gitlab.com/api/project_level_variables/,
https://docs.gitlab.com/api/protected_branches/, https://docs.gitlab.com/api/pipeline_schedules/
"""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING

from coursesync.ci.forges.api import Answer, Need, path_of
from coursesync.ci.forges.settings import BRANCH, LOGIN, TOKEN, UNGUARDED, Asking, setting

if TYPE_CHECKING:
    from collections.abc import Sequence

    from coursesync.ci.forges.rest import Rest
    from coursesync.ci.forges.settings import Setting

_STATES = "coursesync-state/*"
_OWN = "COURSESYNC_GITLAB_TOKEN"
_DRIFT = "drift"  # in the rule of that job
_NEED = Need("read the settings")
_MAINTAINER = 40  # https://docs.gitlab.com/api/access_requests/#valid-access-levels


class _Project(Answer):
    only_allow_merge_if_pipeline_succeeds: bool = False
    merge_method: str = ""  # merge, rebase_merge (semi-linear), ff
    squash_option: str = ""  # never, always, default_on, default_off


class _Variable(Answer):
    key: str
    protected: bool = False
    masked: bool = False


class _Access(Answer):
    access_level: int | None = None


class _Protected(Answer):
    name: str
    push_access_levels: list[_Access] | None = None


class _Schedule(Answer):
    ref: str
    description: str = ""
    active: bool = False


class GitLabSettings(Asking):
    """The settings of one project."""

    def __init__(self, project: str, web: str, rest: Rest | None = None, *, root: str = "") -> None:
        """Describe them.

        Args:
            project: its path, as in "ada/our-courses".
            web: the address of its pages.
            rest: asks GitLab; None if nothing may be asked.
            root: the path of the API on its host.
        """
        super().__init__(rest)
        self._project = project
        self._root = root
        self._web = f"{web}/-"

    def all(self) -> tuple[Setting, ...]:
        """Return each setting.

        Raises TryLater if GitLab can't be reached, and RemoteError if the token can't be used.
        """
        if self.asks:
            _ = self._own
        repository = f"{self._web}/settings/repository#js-protected-branches-settings"
        known = self.known
        has_own = known(lambda: self._has(_OWN))
        return (
            setting(
                "Under Access tokens",
                f"{self._web}/settings/access_tokens",
                ("make a token with the role Maintainer and the scope `api`", has_own),
            ),
            setting(
                "Under CI/CD, Variables, protected and masked",
                f"{self._web}/settings/ci_cd#js-cicd-variables-settings",
                (f"add `{TOKEN}` (or {' and '.join(LOGIN)})", known(self._has_login)),
                (f"add that token as `{_OWN}`", has_own),
            ),
            setting(
                "Under Repository, Protected branches",
                repository,
                (f"let nobody push to `{BRANCH}`", known(lambda: self._pushing(BRANCH) == {0})),
            ),
            setting(
                "Under Repository, Protected branches",
                repository,
                (
                    f"protect `{_STATES}`, and let only Maintainers push",
                    known(lambda: self._pushing(_STATES) == {_MAINTAINER}),
                ),
                without=UNGUARDED,
            ),
            setting(
                "Under Merge requests",
                f"{self._web}/settings/merge_requests",
                ("choose a merge commit as the merge method", known(self._makes_commits)),
                ("choose that pipelines must succeed", known(self._must_succeed)),
            ),
            setting(
                "Under Build, Pipeline schedules",
                f"{self._web}/pipeline_schedules",
                (f"add one for each hour on `{BRANCH}`", known(self._is_scheduled)),
                (
                    f"add one for each morning on `{BRANCH}` with the description `{_DRIFT}`",
                    known(lambda: _DRIFT in self._scheduled),
                ),
            ),
        )

    def _path(self, *parts: str) -> str:
        return self._root + path_of("projects", self._project, *parts)

    @cached_property
    def _variables(self) -> frozenset[str]:
        """The variables that only protected branches get, and no log shows."""
        found = self.rest.every(self._path("variables"), _NEED, _Variable)
        return frozenset(each.key for each in found if each.protected and each.masked)

    def _has(self, *names: str) -> bool:
        return self._variables.issuperset(names)

    def _has_login(self) -> bool:
        return self._has(TOKEN) or self._has(*LOGIN)

    @cached_property
    def _branches(self) -> Sequence[_Protected]:
        return [*self.rest.every(self._path("protected_branches"), _NEED, _Protected)]

    def _pushing(self, name: str) -> set[int | None]:
        """Return the levels that may push to a protected branch; none if it is not protected."""
        found = [each for each in self._branches if each.name == name]
        return {level.access_level for each in found for level in each.push_access_levels or ()}

    @cached_property
    def _own(self) -> _Project:
        return self.rest.get(self._path(), _NEED, _Project)

    def _must_succeed(self) -> bool:
        return self._own.only_allow_merge_if_pipeline_succeeds

    def _makes_commits(self) -> bool:
        """Return whether a merge makes a commit: a fast-forward looks like a push."""
        return self._own.merge_method != "ff" or self._own.squash_option == "always"

    @cached_property
    def _scheduled(self) -> Sequence[str]:
        """The descriptions of the schedules that run on the branch."""
        found = self.rest.every(self._path("pipeline_schedules"), _NEED, _Schedule)
        refs = {BRANCH, f"refs/heads/{BRANCH}"}
        return [each.description for each in found if each.active and each.ref in refs]

    def _is_scheduled(self) -> bool:
        return any(each != _DRIFT for each in self._scheduled)
