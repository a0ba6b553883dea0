// The parts of a page, and how what the server sends now takes the place of what it sent before. A part is compared as
// it was received, whatever the scripts of the page have added since: only what says something else is exchanged.
const parts = (() => {
  const PARTS = "main ul.facts, main section[aria-labelledby], main aside[aria-labelledby], main [data-part]";
  const ROWS = "li[id], tr[data-row]";
  const SEEN = 4_000; // milliseconds in view until a marked row counts as seen
  const received = new Map(); // by its key, the text of each part and of each of its rows
  const waiting = new Map(); // by its key, what is to take the place of a part that is held

  const keyOf = (part) => part.dataset.part || part.id || part.getAttribute("aria-labelledby") || "facts";
  const partsOf = (page) =>
    new Map([...page.querySelectorAll(PARTS)].filter((part) => !part.parentElement.closest(PARTS)).map((part) => [keyOf(part), part]));
  const rowsOf = (part) => [...part.querySelectorAll(ROWS)];
  const rowKey = (row) => row.id || `${row.querySelector("[data-open]")?.getAttribute("href")} ${row.cells?.[1]?.textContent}`;
  const foldKey = (fold) => fold.id || `${fold.closest("[id]")?.id} ${fold.querySelector("summary")?.firstChild?.textContent.trim()}`;
  const placeOf = (focus) => focus.id ? `#${CSS.escape(focus.id)}` : focus.href ? `a[href="${CSS.escape(focus.getAttribute("href"))}"]` : null;

  // What an element says: without the key made for each form anew, a mark, and what goes on by time alone.
  function told(element) {
    const copy = element.cloneNode(true);
    copy.querySelectorAll("input[name=_key]").forEach((key) => key.remove());
    copy.querySelectorAll("[data-passing]").forEach((each) => each.replaceWith("…"));
    for (const each of [copy, ...copy.querySelectorAll(".fresh")]) {
      each.classList.remove("fresh");
      if (!each.classList.length) each.removeAttribute("class");
    }
    return copy.outerHTML;
  }
  const read = (part) => ({ text: told(part), rows: new Map(rowsOf(part).map((row) => [rowKey(row), told(row)])) });

  // Time has gone on, and nothing else.
  function pass(old, fresh) {
    const before = old.querySelectorAll("[data-passing]");
    [...fresh.querySelectorAll("[data-passing]")].forEach((each, place) => {
      if (before[place]?.textContent !== each.textContent) before[place]?.replaceWith(each);
    });
  }

  const timers = new Map();
  const watcher = new IntersectionObserver((entries) => {
    for (const { target, isIntersecting } of entries) {
      clearTimeout(timers.get(target));
      if (isIntersecting) timers.set(target, setTimeout(() => seen(target), SEEN));
    }
  });
  function seen(row) {
    watcher.unobserve(row);
    timers.delete(row);
    if (document.hidden) return watcher.observe(row);
    row.classList.remove("fresh");
  }

  // What is new or says something else is marked, and what was marked before and not seen.
  function mark(old, fresh, now) {
    const before = received.get(keyOf(old))?.rows ?? new Map();
    const unseen = new Set(rowsOf(old).filter((row) => row.matches(".fresh")).map(rowKey));
    for (const row of rowsOf(fresh)) {
      const key = rowKey(row);
      const marked = unseen.has(key) || before.get(key) !== now.rows.get(key);
      row.classList.toggle("fresh", marked);
      if (marked) watcher.observe(row);
    }
  }

  // What stands in a part gives way; the part stays, so that what is read aloud from it is. What was opened in it stays
  // open, the focus where it was, and the row chosen that was.
  function exchange(old, fresh, marked) {
    const now = read(fresh);
    const folds = new Map([...old.querySelectorAll("details")].map((fold) => [foldKey(fold), fold.open]));
    const chosen = rowsOf(old).filter((row) => row.matches(".chosen")).map(rowKey);
    const focus = old.contains(document.activeElement) ? placeOf(document.activeElement) : null;
    const scroll = old.scrollTop;
    if (marked) mark(old, fresh, now);
    received.set(keyOf(old), now);
    for (const { name } of [...old.attributes]) if (!fresh.hasAttribute(name)) old.removeAttribute(name);
    for (const { name, value } of fresh.attributes) old.setAttribute(name, value);
    old.replaceChildren(...fresh.childNodes);
    for (const fold of old.querySelectorAll("details")) fold.open = folds.get(foldKey(fold)) ?? fold.open;
    for (const row of rowsOf(old)) if (chosen.includes(rowKey(row))) row.classList.add("chosen");
    old.scrollTop = scroll;
    if (focus) old.querySelector(focus)?.focus({ preventScroll: true });
  }

  // Under a pointer or the focus rows stay where they are: that more of them wait is said on top.
  const hovers = matchMedia("(hover: hover)");
  const held = (part) => (hovers.matches && part.matches(":hover")) || part.contains(document.activeElement);
  function wait(old, fresh) {
    waiting.set(keyOf(old), fresh);
    const known = received.get(keyOf(old))?.rows;
    const count = known ? rowsOf(fresh).filter((row) => !known.has(rowKey(row))).length : 0;
    if (!count) return;
    const news = old.querySelector(":scope > .news") ?? document.createElement("div");
    const button = document.createElement("button");
    button.type = "button";
    button.textContent = `${count.toLocaleString("en")} new`;
    button.addEventListener("click", () => settle(true));
    news.className = "news";
    news.replaceChildren(button);
    if (!news.isConnected) old.prepend(news);
  }
  function settle(asked) {
    const now = partsOf(document);
    let some = false;
    for (const [key, fresh] of [...waiting]) {
      const old = now.get(key);
      if (old && !asked && held(old)) continue;
      waiting.delete(key);
      if (old) exchange(old, fresh, true);
      some = true;
    }
    if (some) document.dispatchEvent(new Event("exchanged"));
  }
  let soon;
  const later = () => {
    clearTimeout(soon);
    if (waiting.size) soon = setTimeout(settle, 100);
  };
  for (const name of ["pointerout", "focusout", "pointerdown"]) document.addEventListener(name, later);

  // Puts what has changed of a page in place. With `asked` that is all of it, also what is held; `marked`: new and
  // changed rows are pointed out.
  function show(page, { asked = false, marked = true } = {}) {
    const now = partsOf(document);
    waiting.clear();
    for (const [key, part] of partsOf(page)) {
      const old = now.get(key), fresh = document.adoptNode(part);
      if (!old) continue;
      if (received.get(key)?.text === told(fresh)) {
        old.querySelector(":scope > .news")?.remove();
        pass(old, fresh);
      } else if (!asked && held(old)) wait(old, fresh);
      else exchange(old, fresh, marked);
    }
    document.dispatchEvent(new Event("exchanged"));
  }

  for (const [key, part] of partsOf(document)) received.set(key, read(part));
  return { show, of: partsOf, waiting: () => waiting.size > 0, forget: () => received.clear() };
})();
