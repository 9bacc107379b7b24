// <verdict-keys> holds the buttons of a verdict. A approves; C and X open the field for the reason and go there, and
// there Escape closes it again and Ctrl Enter sends it. What has `data-key` is meant; a key does nothing while somebody
// types.

import { mayAct } from "./page-keys.js";

class VerdictKeys extends HTMLElement {
  connectedCallback() {
    document.addEventListener("keydown", (this.onKey = (event) => this.#key(event)));
    for (const why of this.querySelectorAll("details[data-key]")) {
      why.addEventListener("toggle", () => why.open && this.#ask(why));
      why.addEventListener("keydown", (event) => this.#typed(why, event));
    }
  }

  disconnectedCallback() {
    document.removeEventListener("keydown", this.onKey);
  }

  #key(event) {
    if (event.repeat || event.shiftKey || !mayAct(event)) return;
    const key = event.key.toLowerCase();
    const meant = [...this.querySelectorAll("[data-key]")].find((way) => way.dataset.key === key);
    if (!meant) return;
    event.preventDefault();
    if (meant instanceof HTMLDetailsElement) this.#open(meant);
    else meant.click();
  }

  // The field is asked at once: who types on goes on in it, before the browser tells that it has opened.
  #open(why) {
    why.open = true;
    this.#ask(why);
  }

  // Only one reason is asked for at a time; what was typed in the other stays there.
  #ask(why) {
    for (const other of this.querySelectorAll("details[data-key]")) if (other !== why) other.open = false;
    why.querySelector("textarea").focus();
  }

  #typed(why, event) {
    if (event.key === "Escape" && why.open) {
      event.stopPropagation();
      why.open = false;
      why.querySelector("summary").focus();
    }
    if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) {
      event.preventDefault();
      why.querySelector("form").requestSubmit(why.querySelector("form button"));
    }
  }
}

customElements.define("verdict-keys", VerdictKeys);
