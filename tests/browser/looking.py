"""A page in a browser, and its errors."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from harness import ROOT

if TYPE_CHECKING:
    from playwright.sync_api import Page

AXE = ROOT / ".venv" / "npm" / "node_modules" / "axe-core" / "axe.min.js"
NOTE_VIOLATIONS = """
window.violations = [];
document.addEventListener("securitypolicyviolation", (event) =>
    window.violations.push(`${event.violatedDirective}: ${event.blockedURI}`));
"""
_RUN_AXE = """
async () => (await axe.run(document, {iframes: false})).violations.flatMap((found) =>
    found.nodes.map((node) => `${found.id}: ${node.target}: ${node.failureSummary}`))
"""


@dataclass
class Look:
    """A page in the browser, and its errors."""

    page: Page
    wrong: list[str] = field(default_factory=list)

    def violations(self) -> list[str]:
        """Return what the page's own Content-Security-Policy blocked."""
        found = self.page.evaluate("window.violations")
        assert isinstance(found, list)
        return found

    def barriers(self) -> list[str]:
        """Return the barriers for people that axe-core finds in the page."""
        self.page.evaluate(AXE.read_text(encoding="utf-8"))
        found = self.page.evaluate(_RUN_AXE)
        assert isinstance(found, list)
        return found
