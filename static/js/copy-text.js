// <copy-text for="some-id" label="Copy JSON"> gets a button that copies the text of that element.

class CopyText extends HTMLElement {
  connectedCallback() {
    if (!navigator.clipboard || this.querySelector("button")) return;
    const button = document.createElement("button");
    Object.assign(button, { type: "button", className: "button", textContent: this.label });
    button.addEventListener("click", () => this.copy(button));
    this.prepend(button);
  }

  get label() {
    return this.getAttribute("label") ?? gettext("Copy");
  }

  async copy(button) {
    await navigator.clipboard.writeText(document.getElementById(this.getAttribute("for")).textContent);
    button.textContent = gettext("Copied");
    setTimeout(() => (button.textContent = this.label), 1500);
  }
}

customElements.define("copy-text", CopyText);
