// When single letters may act: not while somebody types, chooses from a list, or a dialog is open, and never together
// with Ctrl, Alt or Meta, which belong to the browser. <key-switch> holds a check box by which they are switched off in
// this browser (WCAG 2.1.4): who speaks to the computer, or hits keys by chance, sets nothing off.

const NOT_TYPED = ["button", "checkbox", "color", "file", "image", "radio", "range", "reset", "submit"];

export function isTyping(target) {
  if (!(target instanceof Element)) return false;
  if (target.matches("input")) return !NOT_TYPED.includes(target.type);
  return target.matches("textarea, select") || target.isContentEditable;
}

export function mayAct(event) {
  if (isCharacter(event.key) && localStorage.getItem("keys") === "off") return false;
  if (event.defaultPrevented || event.ctrlKey || event.altKey || event.metaKey || event.isComposing) return false;
  return !isTyping(event.target) && !document.querySelector("dialog[open]");
}

// Arrows, Home and the like have longer names; the space bar works what has the focus.
function isCharacter(key) {
  return key.length === 1 && key !== " ";
}

class KeySwitch extends HTMLElement {
  connectedCallback() {
    this.querySelector("input").checked = localStorage.getItem("keys") !== "off";
    this.addEventListener("change", ({ target }) => {
      if (target.checked) localStorage.removeItem("keys");
      else localStorage.setItem("keys", "off");
    });
  }
}

customElements.define("key-switch", KeySwitch);
