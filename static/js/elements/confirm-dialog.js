import { element, safe } from "../lib/dom.js";

/**
 * Asks before a form with `data-confirm="Delete 3 runs?"` is sent; `data-text` says what happens, `data-verb` is the button.
 * A button that sends a form may have these too, where others of the same form ask nothing. One per page. For scripts: `await ask({title, text, verb, danger})`.
 */
export class ConfirmDialog extends HTMLElement {
  /**
   * @param {{title: string, text?: string, verb: string, danger?: boolean}} question
   * @returns {Promise<boolean>}
   */
  ask({ title, text, verb, danger = true }) {
    const dialog = /** @type {HTMLDialogElement} */ (
      element(
        `<dialog class="dialog" aria-labelledby="confirm-title"><div class="dialog__head"><h2 id="confirm-title">${safe(title)}</h2></div><div class="dialog__body">${text ? `<p class="dim">${safe(text)}</p>` : ""}</div><form method="dialog" class="dialog__foot"><button class="btn" value="">Cancel</button><button class="btn ${danger ? "btn--danger" : "btn--main"}" value="yes">${safe(verb)}</button></form></dialog>`,
      )
    );
    this.replaceChildren(dialog);
    dialog.showModal();
    return new Promise((resolve) => {
      dialog.addEventListener("close", () => {
        resolve(dialog.returnValue === "yes");
        dialog.remove();
      });
    });
  }

  /** @param {SubmitEvent} event */
  async handleEvent(event) {
    const form = /** @type {HTMLFormElement} */ (event.target);
    const { confirm, text, verb } = { ...form.dataset, ...event.submitter?.dataset };
    if (!confirm || form.dataset.asked) return;
    event.preventDefault();
    event.stopImmediatePropagation();
    /** @type {HTMLElement | null} */ (form.closest("[popover]"))?.hidePopover();
    if (!(await this.ask({ title: confirm, text, verb: verb ?? "Continue" }))) return;
    if (!form.isConnected) {
      // Its part of the page was refreshed while somebody was asked.
      form.hidden = true;
      document.body.append(form);
    }
    form.dataset.asked = "yes";
    form.requestSubmit(event.submitter);
    delete form.dataset.asked;
  }

  connectedCallback() {
    document.addEventListener("submit", this, true);
  }

  disconnectedCallback() {
    document.removeEventListener("submit", this, true);
  }
}

customElements.define("confirm-dialog", ConfirmDialog);

/**
 * @param {{title: string, text?: string, verb: string, danger?: boolean}} question
 * @returns {Promise<boolean>}
 */
export async function ask(question) {
  const dialog = document.querySelector("confirm-dialog");
  return dialog instanceof ConfirmDialog ? dialog.ask(question) : false;
}
