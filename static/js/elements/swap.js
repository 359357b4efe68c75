// Parts of pages that change in place. Links and forms with data-swap="id" fetch their address and put the element of that id
// from the answer in the place of the present one (the server may answer with that part alone: X-Fragment names it); elements with data-poll="2" fetch the page's own address every two seconds.
// Without this script they are ordinary links and forms.
import { csrfToken } from "../lib/http.js";
import { Poller } from "../lib/poll.js";

/** @param {string} url @param {string} id @param {RequestInit} [init] @returns {Promise<boolean>} Whether something changed. */
async function swap(url, id, init = {}) {
  const before = document.getElementById(id);
  before?.setAttribute("aria-busy", "true");
  try {
    const answer = await fetch(url, { ...init, headers: { "X-Requested-With": "fetch", "X-Fragment": id, ...init.headers } });
    if (answer.status === 204) return false; // nothing new since what the address names
    const parsed = new DOMParser().parseFromString(await answer.text(), "text/html");
    const after = parsed.getElementById(id);
    // Another page than the one that was asked for: signed out, moved, broken. The browser shows it as itself.
    if (!after || !before) {
      if (init.method !== "POST") location.assign(answer.url);
      else if (answer.redirected) location.assign(answer.url);
      else throw new Error(`${answer.status}`);
      return false;
    }
    for (const count of document.querySelectorAll("[data-follow][id]")) {
      const now = parsed.getElementById(count.id); // nothing where the answer is the part alone
      if (now && !count.contains(document.activeElement)) put(/** @type {HTMLElement} */ (count), document.adoptNode(now));
    }
    return put(before, /** @type {HTMLElement} */ (document.adoptNode(after)));
  } finally {
    before?.removeAttribute("aria-busy");
  }
}

/** @param {HTMLElement} before @param {HTMLElement} after */
function put(before, after) {
  before.removeAttribute("aria-busy");
  for (const part of /** @type {NodeListOf<HTMLDetailsElement>} */ (before.querySelectorAll("details[id]"))) {
    const twin = after.querySelector(`#${CSS.escape(part.id)}`);
    if (twin instanceof HTMLDetailsElement) twin.open = part.open; // what somebody opened stays open
  }
  if (before.isEqualNode(after)) return false;
  const focused = before.contains(document.activeElement) ? document.activeElement?.id : "";
  before.replaceWith(after);
  if (focused) document.getElementById(focused)?.focus();
  document.dispatchEvent(new CustomEvent("swapped", { detail: { id: after.id } }));
  return true;
}

document.addEventListener("submit", (event) => {
  const form = /** @type {HTMLFormElement} */ (event.target);
  const id = form.dataset.swap;
  if (!id || event.defaultPrevented) return;
  event.preventDefault();
  const fields = new FormData(form, event.submitter);
  if (form.method === "post") {
    swap(form.action, id, { method: "POST", body: fields, headers: { "X-CSRFToken": csrfToken() } }).catch(() => form.submit());
    return;
  }
  const url = new URL(form.action);
  url.search = new URLSearchParams(
    /** @type {[string, string][]} */ ([...fields].filter(([, value]) => value !== "")),
  ).toString();
  go(url.href, id);
});

document.addEventListener("click", (event) => {
  const link = /** @type {HTMLAnchorElement | null} */ (/** @type {Element} */ (event.target).closest?.("a[data-swap]"));
  if (!link || event.defaultPrevented || event.button !== 0 || event.ctrlKey || event.metaKey || event.shiftKey) return;
  event.preventDefault();
  go(link.href, link.dataset.swap ?? "");
});

addEventListener("popstate", (event) => {
  if (event.state?.swap) swap(location.href, event.state.swap).catch(() => location.reload());
});

/** @param {string} url @param {string} id */
async function go(url, id) {
  if (!history.state?.swap) history.replaceState({ swap: id }, "");
  try {
    await swap(url, id);
    history.pushState({ swap: id }, "", url);
  } catch {
    location.assign(url);
  }
}

/** @type {Map<string, Poller>} */
const pollers = new Map();

function watch() {
  for (const [id, poller] of pollers) {
    if (document.getElementById(id)?.dataset.poll && !document.hidden) continue;
    poller.stop();
    pollers.delete(id);
  }
  if (document.hidden) return;
  for (const part of /** @type {NodeListOf<HTMLElement>} */ (document.querySelectorAll("[data-poll][id]"))) {
    if (pollers.has(part.id)) continue;
    const poller = new Poller(() => refresh(part.id), { interval: Number(part.dataset.poll) * 1000 });
    pollers.set(part.id, poller);
    poller.start(false);
  }
}

/** @param {string} id */
async function refresh(id) {
  const part = document.getElementById(id);
  if (!part?.dataset.poll) return false;
  // Nothing is taken from under the hands of whoever is in a menu, a dialog or a field of it, or has begun to write there.
  const fields = /** @type {NodeListOf<HTMLTextAreaElement>} */ (part.querySelectorAll("textarea"));
  const busy =
    part.querySelector(":popover-open, dialog[open]") ||
    (part.contains(document.activeElement) && document.activeElement?.matches("input, select, textarea")) ||
    [...fields].some(({ value, defaultValue }) => value !== defaultValue);
  if (!busy) await swap(part.dataset.pollUrl ?? location.href, id);
  return true;
}

document.addEventListener("swapped", watch);
document.addEventListener("visibilitychange", watch);
watch();
