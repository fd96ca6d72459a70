// Keys for those who go through many changes. Every page works without this file.
"use strict";
(() => {
  const one = (selector) => document.querySelector(selector);
  const all = (selector) => Array.from(document.querySelectorAll(selector));

  function focus(element) {
    element.focus({ preventScroll: true });
    const calm = matchMedia("(prefers-reduced-motion: reduce)").matches;
    element.scrollIntoView({ block: "center", behavior: calm ? "auto" : "smooth" });
  }

  // The next or the previous of several things, from where the reader is.
  function step(selector, by) {
    const items = all(selector);
    if (items.length === 0) return false;
    const here = items.findIndex((item) => item === document.activeElement || item.contains(document.activeElement));
    const next = here < 0 ? (by > 0 ? 0 : items.length - 1) : here + by;
    if (items[next]) focus(items[next]);
    return true;
  }

  // On a change, another change; in a list, another entry.
  function change(by) {
    const link = one(by > 0 ? "a[rel=next]" : "a[rel=prev]");
    if (link) link.click();
    else step("a[data-item]", by);
  }

  function press(id) {
    const button = document.getElementById(id);
    if (button) button.click();
  }

  function dismiss() {
    const reason = document.getElementById("reason");
    if (!reason) return;
    reason.closest("details").open = true;
    focus(reason);
  }

  function always() {
    const box = document.getElementById("always");
    if (box) box.checked = true;
    dismiss();
  }

  function help() {
    const keys = document.getElementById("keys");
    if (!keys) return;
    keys.open = !keys.open;
    if (keys.open) focus(keys.querySelector("summary"));
  }

  const keys = {
    j: () => change(1),
    k: () => change(-1),
    n: () => step("[data-edit]", 1),
    p: () => step("[data-edit]", -1),
    c: () => press("confirm"),
    e: () => press("escalate"),
    d: dismiss,
    a: always,
    r: () => press("next-to-review"),
    s: () => press("other-view"),
    "/": () => { const field = one("input[type=search]"); if (field) focus(field); else press("menu-search"); },
    "?": help,
  };

  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || event.defaultPrevented) return;
    const at = event.target;
    if (at.isContentEditable || /^(INPUT|TEXTAREA|SELECT)$/.test(at.tagName)) {
      if (event.key === "Escape") at.blur();
      return;
    }
    const act = Object.hasOwn(keys, event.key) ? keys[event.key] : undefined;
    if (act) {
      event.preventDefault();
      act();
    }
  });
})();
