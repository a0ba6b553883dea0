// Going back in an engagement: the slider, the steps and the choice of what was known then move the page in time.
// What is shown is fetched by the address that says it, and the results are put in place of those before; the controls
// stay what they are, so that whoever moves them fast is never reset.
const replayer = document.getElementById("replay");
const slider = document.getElementById("slider");
const ways = Object.fromEntries(
  ["earlier", "later", "now", "known-today", "known-then"].map((id) => [id, document.getElementById(id)]),
);
const zone = replayer.dataset.zone;
const NOW = Infinity;
const SLOW = 150; // milliseconds until it is said that something is on its way
const TOGETHER = 40; // milliseconds in which moves are one question
const REST = 600; // milliseconds without a move that make an instant one to come back to
const MONTHS = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];
const DAYS = ["Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"];

let start = Number(replayer.dataset.start);
let span = Number(replayer.dataset.span);
let stops = [];
let at = NOW; // microseconds after the start
let known = new URLSearchParams(location.search).has("known_at");
let asked = null;
let soon = 0;
let rested = true;
let rest = 0;

// Microseconds after the start, from the differences that the page gives.
function readStops(axis) {
  let last = 0;
  stops = axis.dataset.stops ? axis.dataset.stops.split(" ").map((each) => (last += parseInt(each, 36))) : [];
}

// An instant as the address says it, to the microsecond.
function machine(offset) {
  const micros = start + offset;
  const below = ((micros % 1e6) + 1e6) % 1e6;
  const seconds = new Date((micros - below) / 1000).toISOString().slice(0, 19);
  return below ? `${seconds}.${String(below).padStart(6, "0")}Z` : `${seconds}Z`;
}

const onTheWall = new Intl.DateTimeFormat("en-GB", {
  timeZone: zone, year: "numeric", month: "numeric", day: "numeric", hour: "2-digit", minute: "2-digit", hourCycle: "h23",
});
function told(offset) {
  const parts = Object.fromEntries(onTheWall.formatToParts(new Date((start + offset) / 1000)).map((each) => [each.type, each.value]));
  const day = new Date(Date.UTC(parts.year, parts.month - 1, parts.day)).getUTCDay();
  return `${DAYS[day]} ${Number(parts.day)} ${MONTHS[parts.month - 1]} ${parts.year}, ${parts.hour}:${parts.minute}`;
}

const before = () => stops.findLast((each) => each < at);
const after = () => stops.find((each) => each > at);

function address(offset, then) {
  const to = new URL(location.href);
  to.hash = "";
  for (const name of ["as_of", "known_at", "before", "recorded"]) to.searchParams.delete(name);
  if (offset !== NOW) {
    to.searchParams.set("as_of", machine(offset));
    if (then) to.searchParams.set("known_at", machine(offset));
  }
  return to.pathname + to.search;
}

function lead(way, to, current) {
  if (to === null) {
    way.removeAttribute("href");
    way.setAttribute("role", "link");
    way.setAttribute("aria-disabled", "true");
  } else {
    way.href = to;
    way.removeAttribute("role");
    way.removeAttribute("aria-disabled");
  }
  if (current) way.setAttribute("aria-current", "true");
  else way.removeAttribute("aria-current");
}

// The controls as they are for the instant that was asked for last, before anything of it is here.
function showControls() {
  const back = at !== NOW;
  const place = back && span ? Math.max(0, Math.min(100, (100 * at) / span)) : 100;
  replayer.style.setProperty("--at", place);
  slider.value = place;
  slider.setAttribute("aria-valuetext", back ? told(at) : `now, ${told(span)}`);
  document.body.classList.toggle("replay", back);
  const earlier = before(), later = after();
  lead(ways.earlier, earlier === undefined ? null : address(earlier, known));
  lead(ways.later, back ? address(later ?? NOW, known) : null);
  lead(ways.now, back ? address(NOW) : null);
  lead(ways["known-today"], back ? address(at, false) : null, back && !known);
  lead(ways["known-then"], back ? address(at, true) : null, back && known);
}

// Each instant that was rested at is an entry of the browser's history; those on the way to the next are none.
const remember = (way, to) => history[way]({ instant: start + at, known }, "", to);
function restSoon() {
  rested = false;
  clearTimeout(rest);
  rest = setTimeout(() => {
    rested = true;
    replayer.dataset.rested = location.search;
  }, REST);
}
function move(to) {
  at = to;
  if (at === NOW) known = false;
  const there = address(at, known);
  remember(rested && there !== location.pathname + location.search ? "pushState" : "replaceState", there);
  restSoon();
  showSoon();
}
function showSoon() {
  showControls();
  asked?.abort();
  clearTimeout(soon);
  soon = setTimeout(show, TOGETHER);
}
function comeBack({ state }) {
  if (!state) return remember("replaceState"); // a link within the page
  at = state.instant - start;
  known = state.known;
  clearTimeout(rest);
  rested = true;
  showSoon();
}

// The page at the address that stands in the bar. Whoever asks later wins: what was asked before is given up.
async function show() {
  const asking = (asked = new AbortController());
  const slow = setTimeout(() => document.body.classList.add("waiting"), SLOW);
  try {
    const answer = await fetched(location.pathname + location.search, { signal: asking.signal });
    if (!answer.ok) throw new Error(`the answer is ${answer.status}`);
    const page = new DOMParser().parseFromString(await answer.text(), "text/html");
    if (asking === asked && !asking.signal.aborted) put(page);
  } catch (failure) {
    if (failure.name === "AbortError") return;
    say(`It could not be shown: ${failure.message}. Move again to try again.`);
  } finally {
    clearTimeout(slow);
    if (asking === asked && !asking.signal.aborted) {
      document.body.classList.remove("waiting");
      replayer.dataset.settled = location.search;
    }
  }
}

// What the page says of itself is none of the parts that the server sent.
function say(text) {
  parts.forget();
  document.getElementById("told").textContent = text;
}

function put(page) {
  const there = Boolean(page.getElementById("axis"));
  for (const [name, part] of parts.of(document)) part.hidden = !there && !["told", "axis", "moment", "spans", "tabs"].includes(name);
  if (!there) {
    say(page.querySelector("main")?.innerText.trim().replace(/\s+/g, " ") || "It could not be shown.");
    return;
  }
  for (const [name, part] of parts.of(page)) document.getElementById(name)?.toggleAttribute("hidden", part.hidden);
  parts.show(page, { asked: true, marked: false });
  readAxis(page);
}

// Now goes on, an opening may have been put right, and another stretch of time may be on the axis.
function readAxis(page) {
  readStops(document.getElementById("axis"));
  const fresh = page.getElementById("replay").dataset;
  if (at !== NOW) at += start - Number(fresh.start);
  [start, span] = [Number(fresh.start), Number(fresh.span)];
  showControls();
}

// The stop that lies nearest to a place on the axis; the end of the axis is now.
function nearest(place) {
  const wanted = (place / 100) * span;
  let found = NOW, least = span - wanted;
  for (const each of stops) {
    if (Math.abs(each - wanted) < least) [found, least] = [each, Math.abs(each - wanted)];
  }
  return found;
}

const earlier = () => before() !== undefined && move(before());
const later = () => at !== NOW && move(after() ?? NOW);
const KEYS = {
  ArrowLeft: earlier, ArrowDown: earlier, ArrowRight: later, ArrowUp: later,
  Home: () => stops.length && move(stops[0]), End: () => move(NOW),
  PageDown: () => move(nearest(Math.max(0, slider.value - 10))), PageUp: () => move(nearest(Math.min(100, Number(slider.value) + 10))),
  n: () => at !== NOW && move(NOW),
};
const ANYWHERE = ["ArrowLeft", "ArrowRight"];

function onKey(event) {
  if (event.ctrlKey || event.metaKey || event.altKey || event.shiftKey || event.defaultPrevented) return;
  const onSlider = event.target === slider;
  const writing = event.target.closest("input, textarea, select, dialog");
  if (!onSlider && (writing || !ANYWHERE.includes(event.key))) return;
  if (event.key === "n" && !document.getElementById("letters").checked) return;
  const act = KEYS[event.key];
  if (!act) return;
  event.preventDefault();
  act();
}

function onWay(id, act) {
  ways[id].addEventListener("click", (event) => {
    if (event.ctrlKey || event.metaKey || event.shiftKey || event.button) return; // in a window of its own
    event.preventDefault();
    act();
  });
}

const axis = document.getElementById("axis");
readStops(axis);
if (document.body.classList.contains("replay")) at = Number(axis.dataset.shown);
replayer.classList.add("moving");
slider.disabled = false;
slider.addEventListener("input", () => move(nearest(Number(slider.value))));
document.addEventListener("keydown", onKey);
addEventListener("popstate", comeBack);
document.addEventListener("refreshed", (event) => readAxis(event.detail));
onWay("earlier", earlier);
onWay("later", later);
onWay("now", KEYS.n);
onWay("known-today", () => at !== NOW && ((known = false), move(at)));
onWay("known-then", () => at !== NOW && ((known = true), move(at)));
showControls();
remember("replaceState");
