// What a page does beyond its links and forms: keys, the clock of whoever looks, light and dark, and texts that are not lost.
const kept = {
  read(store, name) {
    try { return store.getItem(name); } catch (_refused) { return null; }
  },
  write(store, name, value) {
    try { value === null ? store.removeItem(name) : store.setItem(name, value); } catch (_refused) { /* switched off */ }
  },
};
const DAYS = ["Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"];
const MONTHS = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];
const two = (number) => String(number).padStart(2, "0");
const own = (at) =>
  `${DAYS[at.getDay()]} ${at.getDate()} ${MONTHS[at.getMonth()]} ${at.getFullYear()}, ${two(at.getHours())}:${two(at.getMinutes())}`;

// The engagement's time is written by the server; that of whoever looks stands behind it where it is another one: beside
// it where there is room (data-beside), elsewhere in its title, which is for a pointer only: a button of the foot writes
// them all out. On the same day the hour is enough.
const dayOf = (told) => told.slice(0, told.lastIndexOf(","));
const everywhere = () => kept.read(localStorage, "times") === "both";
function addOwnTimes() {
  for (const time of document.querySelectorAll("time[data-zone]")) {
    const there = time.textContent, here = own(new Date(time.dateTime));
    time.title = here === there ? time.dataset.zone : `${time.dataset.zone} · ${here} yours`;
    if (here === there) continue;
    document.getElementById("times").hidden = false;
    const beside = time.closest("[data-beside]");
    if (beside ? beside.querySelector(".yours") : !everywhere() || time.nextElementSibling?.matches(".yours")) continue;
    const yours = document.createElement("span");
    yours.className = "yours";
    yours.textContent = ` · ${dayOf(here) === dayOf(there) ? here.slice(-5) : here} yours`;
    beside ? beside.append(yours) : time.after(yours);
  }
}
function addTimesSwitch() {
  const button = document.getElementById("times");
  button.setAttribute("aria-pressed", everywhere());
  button.addEventListener("click", () => {
    kept.write(localStorage, "times", everywhere() ? null : "both");
    button.setAttribute("aria-pressed", everywhere());
    document.querySelectorAll(".yours").forEach((yours) => yours.closest("[data-beside]") || yours.remove());
    addOwnTimes();
  });
}

// Light and dark.
function addSchemes() {
  const root = document.documentElement;
  document.getElementById("scheme").addEventListener("click", () => {
    const dark = root.dataset.scheme ? root.dataset.scheme === "dark" : matchMedia("(prefers-color-scheme: dark)").matches;
    root.dataset.scheme = dark ? "light" : "dark";
    kept.write(localStorage, "scheme", root.dataset.scheme);
  });
}

// Keys.
let gone = 0;
const rows = () => [...document.querySelectorAll("[data-row]")].filter((row) => row.offsetParent !== null);
function move(step) {
  const all = rows();
  const now = all.findIndex((row) => row.classList.contains("chosen"));
  const next = all[Math.min(all.length - 1, Math.max(0, now + step))];
  if (!next) return;
  all[now]?.classList.remove("chosen");
  next.classList.add("chosen");
  const link = next.querySelector("[data-open]") ?? next.querySelector("a");
  link ? link.focus({ preventScroll: true }) : document.activeElement.blur();
  next.scrollIntoView({ block: "nearest" });
}
const follow = (what) => document.querySelector(what)?.click();
const KEYS = {
  "/": () => document.getElementById("find").focus(),
  "?": () => document.getElementById("keys").showModal(),
  g: () => { gone = Date.now(); },
  j: () => move(1),
  k: () => move(-1),
  r: () => follow(".chosen [data-next]"),
  n: () => follow("#now"),
  c: () => {
    const panel = document.getElementById("record");
    panel?.querySelectorAll("details").forEach((group) => { group.open = true; });
    panel?.querySelector("a, summary")?.focus();
  },
};
function onKey(event) {
  const typing = event.target.closest("input:not([type=checkbox], [type=radio]), textarea, select, dialog[open]");
  if (typing || event.ctrlKey || event.metaKey || event.altKey) return;
  if (kept.read(localStorage, "letters") === "off" && event.key !== "?" && event.key !== "/") return;
  const target = Date.now() - gone < 1500 && document.querySelector(`[data-go="${CSS.escape(event.key)}"]`);
  gone = 0;
  const act = target ? () => target.click() : KEYS[event.key];
  if (!act) return;
  event.preventDefault();
  act();
}
function addKeys() {
  const letters = document.getElementById("letters");
  letters.checked = kept.read(localStorage, "letters") !== "off";
  letters.addEventListener("change", () => kept.write(localStorage, "letters", letters.checked ? null : "off"));
  document.getElementById("help").addEventListener("click", KEYS["?"]);
  document.addEventListener("keydown", onKey);
}

// What was written is kept until it is recorded, also where the window is closed on it; so is the key of the form, by
// which it is recorded once where an answer was lost. A key that something else was recorded under (data-spent) is not.
const IDENTITY = ["_key", "_engagement_id"];
const keptAs = (form) => `form ${form.dataset.kept}`;
function keepWritten(form, place = location.search) {
  const name = keptAs(form);
  const spent = "spent" in form.dataset;
  const written = (field) => field.name && !field.name.startsWith("_") && field.type !== "hidden";
  const fields = () => [...form.elements].filter((field) => written(field) || (!spent && IDENTITY.includes(field.name)));
  const said = kept.read(sessionStorage, name);
  const [address, before] = said ? JSON.parse(said) : [];
  const answered = document.getElementById("refusal") || (form.matches(".correction") && !("fresh" in form.dataset));
  if (address === place && !answered) {
    const values = new Map(before);
    for (const field of fields()) {
      const value = values.get(`${field.name} ${field.type === "radio" ? field.value : ""}`);
      if (value === undefined) continue;
      if (field.type === "radio" || field.type === "checkbox") field.checked = value;
      else field.value = value;
    }
  }
  const keep = () => {
    const values = fields().map((field) => [
      `${field.name} ${field.type === "radio" ? field.value : ""}`,
      field.type === "radio" || field.type === "checkbox" ? field.checked : field.value,
    ]);
    kept.write(sessionStorage, name, JSON.stringify([place, values]));
  };
  if (spent) keep();
  form.addEventListener("input", keep);
  form.addEventListener("submit", () => {
    keep();
    kept.write(sessionStorage, "sent", name);
  });
}
function forget(form) {
  for (const name of [keptAs(form), "sent"]) kept.write(sessionStorage, name, null);
}
function forgetRecorded() {
  const sent = kept.read(sessionStorage, "sent");
  if (!sent || !new URLSearchParams(location.search).has("recorded")) return;
  for (const name of [sent, "sent"]) kept.write(sessionStorage, name, null);
}
// Who is not signed in any more is told so, and signs in again in another tab or here: what was written is kept, as it
// is in this window, and once more where it is written.
const signInAt = () => `/sign-in?next=${encodeURIComponent(location.pathname + location.search)}`;
function signedOut() {
  if (document.getElementById("signed-out")) return;
  const said = document.createElement("p");
  const link = document.createElement("a");
  Object.assign(link, { href: signInAt(), target: "_blank", textContent: "Sign in in another tab" });
  Object.assign(said, { id: "signed-out", className: "refusal" });
  said.setAttribute("role", "alert");
  const written = document.querySelector("form.command, form.write") ? "What you wrote here is kept. " : "";
  said.append(`You are signed out. ${written}`, link, " and go on here.");
  (document.querySelector("dialog[open]") ?? document.getElementById("main")).prepend(said);
  footSays(true);
}
function signedInAgain() {
  if (!document.getElementById("signed-out")) return;
  document.getElementById("signed-out").remove();
  footSays(false);
}
// The foot says whose eyes these are, and the lamp why nothing new is shown.
function footSays(out) {
  document.querySelector(".foot .eyes").hidden = out;
  document.querySelector(".foot .nobody")?.toggleAttribute("hidden", !out);
  document.dispatchEvent(new Event("signed"));
}

// What the server answers to a script, unless nobody is signed in any more.
async function fetched(address, options = {}) {
  const answer = await fetch(address, { ...options, headers: { Accept: "text/html", ...options.headers } });
  if (answer.status === 401) {
    signedOut();
    throw new Error("nobody is signed in");
  }
  signedInAgain();
  return answer;
}

// What was written in this tab is for nobody who signs in after whoever signs out here.
function forgetWritten() {
  try {
    for (const name of Object.keys(sessionStorage)) if (name.startsWith("form ")) sessionStorage.removeItem(name);
  } catch (_refused) { /* switched off */ }
}
function addCounters(within) {
  for (const text of within.querySelectorAll("textarea[data-most]")) {
    const counter = document.createElement("span");
    counter.className = "hint";
    text.after(counter);
    const count = () => { counter.textContent = `${text.value.length.toLocaleString("en")} of ${Number(text.dataset.most).toLocaleString("en")} characters`; };
    text.addEventListener("input", count);
    count();
  }
}

document.querySelector(".aids").hidden = false;
addOwnTimes();
document.addEventListener("exchanged", addOwnTimes);
addTimesSwitch();
addSchemes();
addKeys();
document.querySelectorAll("form[data-kept]").forEach((form) => keepWritten(form));
addCounters(document);
forgetRecorded();
document.querySelector("form.leave")?.addEventListener("submit", forgetWritten);
document.querySelector("form[data-onward]")?.requestSubmit();
(document.getElementById("refusal") ?? document.getElementById("preview-title"))?.focus();
