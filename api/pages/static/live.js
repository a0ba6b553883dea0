// What is recorded while a page is looked at: a stream says that something was, the page's own address says what.
// Nothing is exchanged under somebody who writes, selects or looks back: then the lamp waits as a button. On the page of
// a form it leads to what was recorded, and the form stays as it is.
(() => {
  const lamp = document.getElementById("live");
  if (!lamp || !window.EventSource) return;
  const PAUSE = 500;
  const FAILED = 2_000;
  const OF_ITS_OWN = { "X-Refresh": "1" }; // it is no sign that anybody is there
  const { topics, leads } = lamp.dataset;
  let newest = placeOf(lamp.dataset.after);
  // Without topics what is new is counted by positions, or, where these are no numbers, by what is heard.
  let shown = topics ? Number(lamp.dataset.version) : counts(newest) ? newest : 0;
  let last = shown; // that was heard of
  let got = shown; // that was fetched; some of it may wait where somebody points
  let live = false, timer, at = 0, busy = false, failed = false;

  // A browser shortens some values, such as a time at a full minute.
  function shortened(field) {
    const probe = document.createElement(field.tagName);
    if (probe.type !== field.type) probe.type = field.type;
    probe.value = field.defaultValue;
    return probe.value;
  }
  const inDefault = (field) => {
    if (field.type === "checkbox" || field.type === "radio") return field.checked === field.defaultChecked;
    if (field.tagName !== "SELECT") return field.value === shortened(field);
    return field.selectedIndex === Math.max(0, [...field.options].findIndex((option) => option.defaultSelected));
  };
  const writing = () =>
    [...document.querySelectorAll("main input:not([type=hidden], [type=range]), main select, main textarea")].some(
      (field) => field === document.activeElement || field.closest("details[open]") || !inDefault(field),
    );
  const held = () =>
    document.querySelector("body.replay, .replay.on, dialog[open], #placed:not([hidden])") || !getSelection().isCollapsed || writing();

  function wayTo(words) {
    if (leads) {
      const link = document.createElement("a");
      link.href = leads;
      return Object.assign(link, { textContent: words, title: "See them; what was written here is kept" });
    }
    const button = document.createElement("button");
    button.addEventListener("click", () => refresh(true));
    return Object.assign(button, { type: "button", textContent: words, title: failed ? "They could not be shown: try again" : "Show them" });
  }
  function say() {
    if (got === last && !parts.waiting()) shown = last;
    const count = last - shown;
    const still = document.getElementById("signed-out") ? "not live: signed out" : "not live, trying again";
    const words = count > 0 ? `${count.toLocaleString("en")} new event${count === 1 ? "" : "s"}` : live ? "live" : still;
    if (lamp.textContent === words && lamp.classList.contains("on") === live) return;
    lamp.classList.toggle("on", live);
    lamp.replaceChildren(count > 0 ? wayTo(words) : words);
  }

  function show(page, asked) {
    parts.show(page, { asked });
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
      timer = setTimeout(refresh, PAUSE, asked);
      return say();
    }
    busy = true;
    at = Date.now();
    const until = last;
    try {
      const answer = await fetched(address(), { headers: OF_ITS_OWN, cache: "no-store" });
      if (!answer.ok) throw new Error(`answered ${answer.status}`);
      const page = new DOMParser().parseFromString(await answer.text(), "text/html");
      failed = false;
      if (asked === true || !held()) {
        show(page, asked === true);
        got = until;
      }
    } catch (_unreachable) {
      failed = true;
      at = Date.now() + FAILED;
    }
    busy = false;
    say();
    if (last > got) timer = setTimeout(refresh, PAUSE);
  }

  function heard(said) {
    newest = later(newest, said.position);
    if (topics) last = Math.max(last, said.version);
    else last = counts(said.position) ? Math.max(last, said.position) : last + 1;
    if (leads) say();
    else if (last > got) refresh();
  }
  // A stream does not say why it broke off: where nobody is signed in any more, the page's own address does.
  let looked = 0;
  function look() {
    if (!document.querySelector("form.leave") || Date.now() - looked < FAILED) return;
    looked = Date.now();
    fetched("/", { method: "HEAD", redirect: "manual", headers: OF_ITS_OWN }).catch(() => {}); // it says so itself
  }
  document.addEventListener("exchanged", () => busy || say());
  document.addEventListener("signed", say);
  document.addEventListener("acted", () => refresh(true));
  lamp.hidden = false;
  lamp.textContent = "not live yet";
  followed({ topics, after: newest, heard, told: (on) => { live = on; say(); on ? signedInAgain() : look(); } });
})();
