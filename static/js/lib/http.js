// Small requests to our own server. A page works with links and forms alone; these make parts of it change in place.

/** @returns {string} The token that Django wants with every write. */
export function csrfToken() {
  return document.querySelector('meta[name="csrf-token"]')?.getAttribute("content") ?? "";
}

/**
 * Sends a form by POST.
 * @param {string} url
 * @param {Record<string, string> | FormData} fields
 * @returns {Promise<Response>} Rejects when the server cannot be reached; other answers are the caller's to judge.
 */
export function post(url, fields) {
  const body = fields instanceof FormData ? fields : new URLSearchParams(fields);
  return fetch(url, { method: "POST", body, headers: { "X-CSRFToken": csrfToken(), "X-Requested-With": "fetch" } });
}

/**
 * Remembers a choice of the person on the server; without an address or an answer it holds for this page only.
 * @param {string} name
 * @param {string} value
 */
export async function remember(name, value) {
  const url = document.documentElement.dataset.preferences;
  if (!url) return;
  try {
    await post(url, { [name]: value });
  } catch {
    // Not worth an interruption: the choice is already visible, the next one is sent again.
  }
}
