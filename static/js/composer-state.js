// <composer-state facts="…json…"> comes with every answer of the check and tells the page's other parts of it.
// Answers replace only what has changed, so that no field is replaced under somebody's hands and nothing is read out twice.

export const checked = { facts: {} };

class ComposerState extends HTMLElement {
  connectedCallback() {
    const fresh = JSON.parse(this.getAttribute("facts"));
    // Settings that cannot be read leave what was known before.
    checked.facts = { ...checked.facts, ...fresh };
    document.dispatchEvent(new CustomEvent("composer:checked"));
  }
}

document.addEventListener("htmx:oobBeforeSwap", (event) => {
  const { target, fragment } = event.detail;
  const whole = fragment.firstElementChild?.id === target.id ? fragment.firstElementChild : null;
  if (whole && "key" in target.dataset) event.detail.shouldSwap = target.dataset.key !== whole.dataset.key;
  // A button that says that the form is on its way goes on saying so.
  if (!whole) event.detail.shouldSwap = target.innerHTML !== fragment.innerHTML && !target.ariaDisabled;
});

customElements.define("composer-state", ComposerState);
