// The form of a next command where it was asked for: on the page of what waits in a drawer, opened by `r` for the chosen
// row; on that of an engagement in place, above the buttons. It is sent from there, and closed by Esc. What was written in
// it is kept as on the page of the form, to which the button leads.
(() => {
  const placed = document.getElementById("placed");
  const host = placed ?? document.body.appendChild(document.createElement("dialog"));
  let opener = null;
  if (!placed) {
    host.className = "drawer";
    host.setAttribute("aria-labelledby", "drawer-title");
  }
  function reveal() {
    if (placed) placed.hidden = false;
    else host.showModal();
  }
  function close() {
    if (!placed) return host.close();
    placed.hidden = true;
    placed.replaceChildren();
    opener?.focus();
  }

  const read = async (answer) => new DOMParser().parseFromString(await answer.text(), "text/html");
  function alerted(words) {
    const said = host.querySelector(".unsent") ?? document.createElement("p");
    said.className = "refusal unsent";
    said.setAttribute("role", "alert");
    said.textContent = words;
    host.querySelector("form.command").prepend(said);
  }

  function put(page, address) {
    const content = page.querySelector("main .narrow") ?? page.querySelector("main");
    const title = document.createElement(placed ? "h3" : "h2");
    title.id = "drawer-title";
    title.append(...(content.querySelector("h1")?.childNodes ?? ["Form"]));
    content.querySelector("h1")?.replaceWith(title);
    if (placed) content.querySelector(".crumbs")?.remove();
    const way = document.createElement("button");
    Object.assign(way, { type: "button", className: "close", textContent: "Close" });
    way.addEventListener("click", close);
    host.replaceChildren(way, ...document.adoptNode(content).childNodes);
    const form = host.querySelector("form.command");
    form?.querySelector(".actions a")?.addEventListener("click", (event) => {
      event.preventDefault();
      close();
    });
    form?.addEventListener("submit", (event) => send(event, form, address));
    if (form) keepWritten(form, new URL(address, location.href).search);
    addCounters(host);
    addOwnTimes();
    (host.querySelector("#refusal") ?? form?.querySelector("input:not([type=hidden]), select, textarea"))?.focus();
  }

  async function open(link) {
    if (!link) return;
    const address = link.getAttribute("href");
    try {
      const answer = await fetched(address, { cache: "no-store" });
      if (!answer.ok) throw new Error(`answered ${answer.status}`);
      const page = await read(answer);
      opener = link;
      reveal();
      put(page, address);
    } catch (_unreachable) {
      location.assign(link.href);
    }
  }

  async function send(event, form, address) {
    event.preventDefault();
    const body = new URLSearchParams(new FormData(form, event.submitter));
    const buttons = [...form.querySelectorAll("button")].filter((each) => !each.disabled);
    for (const each of buttons) each.disabled = true;
    try {
      const answer = await fetched(form.action, { method: "POST", body });
      const to = new URL(answer.url);
      if (answer.redirected && to.searchParams.has("recorded")) recorded(form, to);
      else put(await read(answer), address);
    } catch (_unreachable) {
      if (!document.getElementById("signed-out")) alerted("It could not be sent, or its answer did not arrive. Sent again, it is recorded once.");
    } finally {
      for (const each of buttons) each.disabled = false;
    }
  }

  function recorded(form, to) {
    forget(form);
    const version = to.searchParams.get("recorded");
    if (placed) return shown(version);
    close();
    const said = document.querySelector("main > .done") ?? document.createElement("p");
    said.className = "done";
    said.setAttribute("role", "status");
    const link = document.createElement("a");
    link.href = `${to.pathname}#v${version}`;
    link.textContent = version;
    document.querySelector("main .head").after(said);
    said.replaceChildren("Recorded as version ", link, ".");
    document.dispatchEvent(new Event("acted"));
  }

  // The page as it is with what was recorded, at its line.
  function shown(version) {
    const here = new URL(location.href);
    here.searchParams.set("recorded", version);
    here.searchParams.delete("before");
    here.hash = `v${version}`;
    location.assign(here);
  }

  const rowOf = () => document.querySelector("[data-row].chosen") ?? document.activeElement?.closest("[data-row]");
  const next = () => rowOf()?.querySelector("[data-next]") ?? placed?.parentElement.querySelector("[data-next]");
  KEYS.r = () => open(next());
  placed?.parentElement.addEventListener("click", (event) => {
    const link = event.target.closest("#record a[href*='/do/']");
    if (!link || event.ctrlKey || event.metaKey || event.shiftKey || event.button) return; // in a window of its own
    event.preventDefault();
    open(link);
  });
  placed?.addEventListener("keydown", (event) => event.key === "Escape" && close());
})();
