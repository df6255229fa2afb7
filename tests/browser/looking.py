"""Questions to a page about what a reader can see: clipped text, covered controls."""

from playwright.sync_api import Page

CLIPPED = """() => {
  const found = [];
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  for (let node; (node = walker.nextNode()); ) {
    const text = node.data.trim();
    const parent = node.parentElement;
    const unseen = ".vh, .word, .folds thead, .rows thead, script, template, svg";
    if (!text || parent.closest(`${unseen}, dialog:not([open])`)) continue;
    if (!parent.checkVisibility()) continue;
    const range = document.createRange();
    range.selectNodeContents(node);
    for (const part of range.getClientRects()) {
      if (part.width === 0) continue;
      if (part.right > innerWidth + 1) found.push(`${text} | beyond the window`);
      for (let box = parent; box && box !== document.body; box = box.parentElement) {
        const style = getComputedStyle(box);
        const edge = box.getBoundingClientRect();
        const wide = part.right > edge.right + 1 || part.left < edge.left - 1;
        const gone = part.top >= edge.bottom - 1 || part.bottom <= edge.top + 1;
        const high = part.bottom > edge.bottom + 2 || part.top < edge.top - 2;
        const hidesX = style.overflowX !== "visible";
        const hidesY = style.overflowY === "hidden" || style.overflowY === "clip";
        if (hidesX && wide && !gone) found.push(`${text} | cut in width by .${box.className}`);
        if (hidesY && high && !(gone && box.matches(".hints"))) {
          found.push(`${text} | cut in height by .${box.className}`);
        }
      }
    }
  }
  for (const box of document.querySelectorAll(".bar > div, .pane-h, .chip, .btn, .clocks > div")) {
    if (box.scrollWidth > box.clientWidth + 1) found.push(`${box.textContent.trim()} | too wide`);
  }
  return [...new Set(found)];
}"""

COVERED = """() => {
  const node = document.activeElement;
  const { left, top, width, height } = node.getBoundingClientRect();
  const seen = (x, y) => node.contains(document.elementFromPoint(x, y));
  const [x, y] = [left + width / 2, top + height / 2];
  const points = [[x, top + 3], [x, y], [x, top + height - 3]];
  return points.every((point) => seen(...point)) ? "" : node.outerHTML.slice(0, 160);
}"""


def clipped(page: Page) -> list[str]:
    """Every text that is cut off, with what cuts it. Scrolling downwards does not count as cut."""
    page.wait_for_selector("body")  # the page may just be being exchanged
    found: list[str] = page.evaluate(CLIPPED)
    return found


def covered(page: Page) -> str:
    """The control with the focus, if anything lies over it or it is out of sight; else nothing."""
    found: str = page.evaluate(COVERED)
    return found
