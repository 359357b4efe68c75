// Popovers open under the button that names them, dialogs by data-open, and arrow keys move in menus.

/** @param {HTMLElement} pop */
function place(pop) {
  const button = document.querySelector(`[popovertarget="${pop.id}"]:not([hidden])`);
  if (!button) return;
  const box = [...document.querySelectorAll(`[popovertarget="${pop.id}"]`)]
    .map((b) => b.getBoundingClientRect())
    .find((b) => b.width > 0);
  if (!box) return;
  const below = box.bottom + 4 + pop.offsetHeight <= innerHeight;
  pop.style.top = `${below ? box.bottom + 4 : Math.max(8, box.top - 4 - pop.offsetHeight)}px`;
  pop.style.left = `${Math.max(8, Math.min(box.left, innerWidth - pop.offsetWidth - 8))}px`;
}

document.addEventListener(
  "toggle",
  (event) => {
    const pop = /** @type {HTMLElement} */ (event.target);
    if (!pop.matches?.(".pop[popover]")) return;
    const open = /** @type {ToggleEvent} */ (event).newState === "open";
    for (const button of document.querySelectorAll(`[popovertarget="${pop.id}"]`))
      button.setAttribute("aria-expanded", String(open));
    if (open) place(pop);
  },
  true,
);

document.addEventListener("click", (event) => {
  const target = /** @type {Element} */ (event.target);
  // What is disabled with a reason stays in the tab order, so that the reason can be read.
  if (target.closest?.("[data-inert]")) return event.preventDefault();
  const opener = target.closest?.("[data-open]");
  if (opener) {
    /** @type {HTMLElement | null} */ (opener.closest("[popover]"))?.hidePopover();
    const dialog = document.getElementById(opener.getAttribute("data-open") ?? "");
    if (dialog instanceof HTMLDialogElement) dialog.showModal();
  }
  if (target.closest?.("dialog [data-close]")) target.closest("dialog")?.close();
  // A click on the backdrop closes, unless something was typed.
  if (target instanceof HTMLDialogElement && !typed(target)) target.close();
});

// A form that was refused stands open with the reason.
for (const dialog of /** @type {NodeListOf<HTMLDialogElement>} */ (document.querySelectorAll("dialog[data-show]")))
  dialog.showModal();

/** @param {HTMLDialogElement} dialog */
function typed(dialog) {
  return [...dialog.querySelectorAll("input:not([type=hidden]), textarea")].some((field) => {
    const input = /** @type {HTMLInputElement} */ (field);
    return !dialog.classList.contains("palette") && input.value !== input.defaultValue;
  });
}

document.addEventListener("keydown", (event) => {
  const pop = /** @type {Element} */ (event.target).closest?.(".pop[popover]");
  const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
  if (!pop || !step) return;
  const items = /** @type {HTMLElement[]} */ ([...pop.querySelectorAll(".pop__item")]);
  const at = items.indexOf(/** @type {HTMLElement} */ (document.activeElement));
  items[(at + step + items.length) % items.length]?.focus();
  event.preventDefault();
});
