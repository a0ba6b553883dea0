// What is recorded while a page is looked at: a stream says that something was, the page's own address says what.
// Nothing is exchanged under somebody who writes, selects, points at a row or looks back: then the lamp waits as a button.
(() => {
  const lamp = document.getElementById("live");
  if (!lamp || !window.EventSource) return;
  const PARTS = "main ul.facts, main section[aria-labelledby], main aside[aria-labelledby], main [data-part]";
  const ROWS = "li[id], tr[data-row]";
  const PAUSE = 500;
  const MOST_WAIT = 30_000;
  const topics = lamp.dataset.topics;
  let newest = Number(lamp.dataset.after);
  let shown = topics ? Number(lamp.dataset.version) : newest;
  let last = shown;
  let source, timer, wait = 1_000, at = 0, busy = false, failed = false;

  const inDefault = (field) => {
    if (field.type === "checkbox" || field.type === "radio") return field.checked === field.defaultChecked;
    if (field.tagName !== "SELECT") return field.value === field.defaultValue;
    return field.selectedIndex === Math.max(0, [...field.options].findIndex((option) => option.defaultSelected));
  };
  const writing = () =>
    [...document.querySelectorAll("main input:not([type=hidden], [type=range]), main select, main textarea")].some(
      (field) => field === document.activeElement || field.closest("details[open]") || !inDefault(field),
    );
  const held = () =>
    document.querySelector("body.replay, .replay.on, main .chosen, dialog[open], main [data-part] tbody:hover") ||
    !getSelection().isCollapsed ||
    writing();

  function say() {
    const count = last - shown;
    const live = source?.readyState === EventSource.OPEN;
    const words = count > 0 ? `${count.toLocaleString("en")} new event${count === 1 ? "" : "s"}` : live ? "live" : "not live, trying again";
    if (lamp.textContent === words && lamp.classList.contains("on") === live) return;
    lamp.classList.toggle("on", live);
    if (!count) return lamp.replaceChildren(words);
    const button = document.createElement("button");
    button.type = "button";
    button.textContent = words;
    button.title = failed ? "They could not be shown: try again" : "Show them";
    button.addEventListener("click", () => refresh(true));
    lamp.replaceChildren(button);
  }

  // A part is exchanged as a whole; what was opened in it stays open, and the focus where it was.
  const keyOf = (part) => part.dataset.part || part.id || part.getAttribute("aria-labelledby") || "facts";
  const partsOf = (page) =>
    new Map([...page.querySelectorAll(PARTS)].filter((part) => !part.parentElement.closest(PARTS)).map((part) => [keyOf(part), part]));
  const rowKey = (row) => row.id || `${row.querySelector("[data-open]")?.getAttribute("href")} ${row.cells[1]?.textContent}`;
  const foldKey = (fold) => `${fold.closest("[id]")?.id} ${fold.querySelector("summary")?.firstChild?.textContent.trim()}`;
  const placeOf = (focus) => focus.id ? `#${CSS.escape(focus.id)}` : focus.href ? `a[href="${CSS.escape(focus.getAttribute("href"))}"]` : null;

  function exchange(old, part) {
    const rows = new Set([...old.querySelectorAll(ROWS)].map(rowKey));
    const open = new Set([...old.querySelectorAll("details[open]")].map(foldKey));
    const focus = old.contains(document.activeElement) ? placeOf(document.activeElement) : null;
    const scroll = old.scrollTop;
    for (const row of part.querySelectorAll(ROWS)) row.classList.toggle("fresh", !rows.has(rowKey(row)));
    old.replaceWith(part);
    for (const fold of part.querySelectorAll("details")) if (open.has(foldKey(fold))) fold.open = true;
    part.scrollTop = scroll;
    if (focus) part.querySelector(focus)?.focus({ preventScroll: true });
  }

  function show(page) {
    const now = partsOf(document);
    for (const [key, part] of partsOf(page)) {
      const old = now.get(key);
      if (old && old.outerHTML !== part.outerHTML) exchange(old, document.adoptNode(part));
    }
    document.title = page.title;
    document.getElementById("position")?.replaceWith(document.adoptNode(page.getElementById("position")));
    document.dispatchEvent(new CustomEvent("refreshed", { detail: page }));
  }

  function address() {
    const here = new URL(location.href);
    for (const name of ["recorded", "min_position"]) here.searchParams.delete(name);
    here.searchParams.set("min_position", newest);
    here.hash = "";
    return here;
  }

  async function refresh(asked) {
    clearTimeout(timer);
    if (busy || (!asked && (held() || Date.now() - at < PAUSE))) {
      timer = setTimeout(refresh, PAUSE);
      return say();
    }
    busy = true;
    at = Date.now();
    const until = last;
    try {
      const answer = await fetch(address(), { headers: { Accept: "text/html" }, cache: "no-store" });
      if (!answer.ok) throw new Error(`answered ${answer.status}`);
      const page = new DOMParser().parseFromString(await answer.text(), "text/html");
      failed = false;
      if (asked || !held()) {
        show(page);
        shown = until;
      }
    } catch (_unreachable) {
      failed = true;
      at = Date.now() + wait;
    }
    busy = false;
    say();
    if (last > shown) timer = setTimeout(refresh, PAUSE);
  }

  function heard(event) {
    const said = JSON.parse(event.data);
    newest = Math.max(newest, said.position);
    last = Math.max(last, topics ? said.version : said.position);
    if (last > shown) refresh();
  }
  function open() {
    if (source || document.hidden) return;
    const query = new URLSearchParams({ after: newest });
    if (topics) query.set("topics", topics);
    source = new EventSource(`/live?${query}`);
    source.addEventListener("open", () => { wait = 1_000; say(); });
    source.addEventListener("message", heard);
    source.addEventListener("error", () => {
      if (source?.readyState === EventSource.CLOSED) {
        close();
        setTimeout(open, wait);
        wait = Math.min(2 * wait, MOST_WAIT);
      }
      say();
    });
  }
  function close() {
    source?.close();
    source = undefined;
  }
  document.addEventListener("visibilitychange", () => document.hidden ? close() : open());
  addEventListener("pagehide", close);
  addEventListener("pageshow", (event) => event.persisted && open());
  lamp.hidden = false;
  lamp.textContent = "not live yet";
  open();
})();
