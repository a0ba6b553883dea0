// What is recorded, heard once for all tabs of a browser: one of them leads, which has the stream and passes on what it
// says. A tab that is hidden or closed lets go, and another one leads from the place that was reached. Where a browser
// has no locks or no channels, each tab has a stream of its own; so it has where positions are shown as tokens: only
// the server knows which of two is later.
const counts = (place) => typeof place === "number";
const placeOf = (text) => (/^[0-9]+$/.test(text) ? Number(text) : text);
const later = (place, heard) => (counts(place) && counts(heard) ? Math.max(place, heard) : heard);
function followed({ topics, after, heard, told }) {
  const NAME = "standfast-live";
  const GATHER = 50; // milliseconds in which tabs that come together are one stream anew
  const MOST_WAIT = 30_000;
  const MOST_TOPICS = 50;
  const me = Math.random().toString(36).slice(2);
  let place = after; // up to where this tab has heard everything
  let channel, leaving, letGo, following = false;

  // "" are all topics.
  const listed = (all) => all.split(",");
  const covers = (carried, wanted) => carried === "" || (wanted !== "" && listed(wanted).every((each) => listed(carried).includes(each)));
  function united(all) {
    const each = new Set(all.flatMap(listed));
    return each.has("") || each.size > MOST_TOPICS ? "" : [...each].join(",");
  }

  function hear(said) {
    if (following) place = later(place, said.position);
    if (covers(topics, `engagement:${said.engagement_id}`)) heard(said);
  }
  const post = (message) => channel?.postMessage(message);
  const hello = () => post({ kind: "hello", from: me, topics, after: place });

  // The tab that leads: the stream, what it carries, and up to where it has said everything.
  const stream = { source: undefined, carried: undefined, at: after, wait: 1_000, timer: undefined, members: new Map() };
  const live = () => stream.source?.readyState === EventSource.OPEN;
  function tell() {
    told(live());
    post({ kind: "led", topics: stream.carried, after: stream.at, live: live() });
  }
  function stop() {
    clearTimeout(stream.timer);
    stream.source?.close();
    stream.source = undefined;
  }
  function begin() {
    stop();
    stream.carried = united([topics, ...stream.members.values()]);
    const query = new URLSearchParams({ after: stream.at });
    if (stream.carried) query.set("topics", stream.carried);
    const source = (stream.source = new EventSource(`/live?${query}`));
    source.addEventListener("open", () => { stream.wait = 1_000; following = true; tell(); });
    source.addEventListener("message", (event) => {
      const said = JSON.parse(event.data);
      stream.at = said.position;
      post({ kind: "said", said });
      hear(said);
    });
    source.addEventListener("error", () => {
      tell();
      if (source.readyState !== EventSource.CLOSED) return;
      stream.timer = setTimeout(begin, stream.wait);
      stream.wait = Math.min(2 * stream.wait, MOST_WAIT);
    });
  }
  function beginSoon() {
    clearTimeout(stream.timer);
    stream.timer = setTimeout(begin, GATHER);
  }
  function lead() {
    Object.assign(stream, { carried: undefined, at: place, members: new Map() });
    post({ kind: "who" });
    channel ? beginSoon() : begin();
  }
  function joined(message) {
    stream.members.set(message.from, message.topics);
    const carried = stream.source && covers(stream.carried, message.topics);
    if (carried && message.after >= stream.at) return tell();
    stream.at = Math.min(stream.at, message.after);
    beginSoon();
  }

  function onMessage({ data: message }) {
    if (letGo) {
      if (message.kind === "hello") joined(message);
      else if (message.kind === "bye") stream.members.delete(message.from);
    } else if (message.kind === "who") hello();
    else if (message.kind === "said") hear(message.said);
    else if (message.kind === "led") {
      const carried = message.topics !== undefined && covers(message.topics, topics);
      following = carried && (following || message.after <= place);
      told(message.live);
      if (!following && message.live) hello();
    }
  }

  const leads = () => new Promise((resolve) => {
    letGo = resolve;
    lead();
  });
  function join() {
    if (leaving) return;
    const mine = (leaving = new AbortController());
    following = false;
    if (!counts(after) || !window.BroadcastChannel || !navigator.locks) return void leads();
    channel = new BroadcastChannel(NAME);
    channel.addEventListener("message", onMessage);
    navigator.locks.request(NAME, { signal: mine.signal }, () => (mine.signal.aborted ? undefined : leads())).catch((refused) => {
      if (!mine.signal.aborted) leads(); // where locks are kept from the page
      else if (refused.name !== "AbortError") throw refused;
    });
    hello();
  }
  function leave() {
    if (!leaving) return;
    leaving.abort();
    stop();
    post({ kind: "bye", from: me });
    channel?.close();
    letGo?.();
    leaving = channel = letGo = undefined;
  }

  document.addEventListener("visibilitychange", () => (document.hidden ? leave() : join()));
  addEventListener("pagehide", leave);
  addEventListener("pageshow", (event) => event.persisted && join());
  if (!document.hidden) join();
}
