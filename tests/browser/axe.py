"""Asks axe-core whether people can use what a page shows."""

from pathlib import Path
from typing import Any

from playwright.sync_api import Page

AXE = Path(__file__).resolve().parents[2] / "node_modules" / "axe-core" / "axe.min.js"
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]


def axe_violations(
    page: Page, *, within: str | None = None, without: list[str] | None = None
) -> list[dict[str, Any]]:
    """What axe finds in the page, or in the parts that the CSS selector `within` names.

    Open shadow roots are searched too. `without` leaves out parts that are not ours.
    """
    if not AXE.exists():
        raise FileNotFoundError(f"{AXE.name} is missing: run `npm ci`.")
    if not page.evaluate("'axe' in window"):
        page.evaluate(AXE.read_text())
    where = {"include": [[within]] if within else [["html"]]}
    if without:
        where["exclude"] = [[selector] for selector in without]
    result: dict[str, Any] = page.evaluate(
        "([where, tags]) => axe.run(where, {runOnly: {type: 'tag', values: tags}})",
        [where, RULES],
    )
    found: list[dict[str, Any]] = result["violations"]
    return found


def assert_accessible(
    page: Page, *, within: str | None = None, without: list[str] | None = None
) -> None:
    """Fail with a list that tells what to mend, and where."""
    found = axe_violations(page, within=within, without=without)
    assert not found, "axe found on " + page.url + "\n" + "\n".join(map(_told, found))


def _told(violation: dict[str, Any]) -> str:
    places = "\n".join(
        f"    {' '.join(map(str, node['target']))}\n      {node['html'][:160]}"
        for node in violation["nodes"]
    )
    return f"  {violation['id']} ({violation['impact']}): {violation['help']}\n{places}"
