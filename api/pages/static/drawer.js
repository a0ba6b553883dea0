// The form of the next command of the chosen row in a drawer: opened by `r`, sent from there, closed by Esc. What was
// written in it is kept as on the page of the form, to which the row's button leads.
(() => {
  const dialog = document.createElement("dialog");
  dialog.className = "drawer";
  dialog.setAttribute("aria-labelledby", "drawer-title");
  document.body.append(dialog);

  const read = async (answer) => new DOMParser().parseFromString(await answer.text(), "text/html");
  function alerted(words) {
    const said = dialog.querySelector(".unsent") ?? document.createElement("p");
    said.className = "refusal unsent";
    said.setAttribute("role", "alert");
    said.textContent = words;
    dialog.querySelector("form.command").prepend(said);
  }

  function put(page, address) {
    const content = page.querySelector("main .narrow") ?? page.querySelector("main");
    const title = document.createElement("h2");
    title.id = "drawer-title";
    title.append(...(content.querySelector("h1")?.childNodes ?? ["Form"]));
    content.querySelector("h1")?.replaceWith(title);
    const close = document.createElement("button");
    Object.assign(close, { type: "button", className: "close", textContent: "Close" });
    close.addEventListener("click", () => dialog.close());
    dialog.replaceChildren(close, ...document.adoptNode(content).childNodes);
    const form = dialog.querySelector("form.command");
    form?.querySelector(".actions a")?.addEventListener("click", (event) => {
      event.preventDefault();
      dialog.close();
    });
    form?.addEventListener("submit", (event) => send(event, form, address));
    if (form) keepWritten(form, new URL(address, location.href).search);
    addCounters(dialog);
    addOwnTimes();
    (dialog.querySelector("#refusal") ?? form?.querySelector("input:not([type=hidden]), select, textarea"))?.focus();
  }

  async function open(link) {
    if (!link) return;
    const address = link.getAttribute("href");
    try {
      const answer = await fetched(address, { cache: "no-store" });
      if (!answer.ok) throw new Error(`answered ${answer.status}`);
      const page = await read(answer);
      dialog.showModal();
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
    dialog.close();
    const version = to.searchParams.get("recorded");
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

  const rowOf = () => document.querySelector("[data-row].chosen") ?? document.activeElement?.closest("[data-row]");
  KEYS.r = () => open(rowOf()?.querySelector("[data-next]"));
})();
