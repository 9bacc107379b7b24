// <help-card> holds a dialog with the keys of the page: `?` opens it, and so does what has `data-help`.

import { mayAct } from "./page-keys.js";

class HelpCard extends HTMLElement {
  connectedCallback() {
    this.dialog = this.querySelector("dialog");
    document.addEventListener("keydown", (this.onKey = (event) => this.#key(event)));
    document.addEventListener("click", (this.onClick = ({ target }) => target.closest("[data-help]") && this.open()));
    // A click beside the card closes it.
    this.dialog.addEventListener("click", ({ target }) => target === this.dialog && this.dialog.close());
  }

  disconnectedCallback() {
    document.removeEventListener("keydown", this.onKey);
    document.removeEventListener("click", this.onClick);
  }

  open() {
    if (!this.dialog.open) this.dialog.showModal();
  }

  #key(event) {
    if (event.key === "?" && mayAct(event)) this.open();
  }
}

customElements.define("help-card", HelpCard);
