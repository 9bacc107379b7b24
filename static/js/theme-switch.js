// <theme-switch> holds three radio buttons: as the system, light, dark. The choice is kept in this browser.

class ThemeSwitch extends HTMLElement {
  connectedCallback() {
    const chosen = document.documentElement.dataset.theme ?? "system";
    for (const radio of this.querySelectorAll("input")) radio.checked = radio.value === chosen;
    this.addEventListener("change", (event) => this.choose(event.target.value));
  }

  choose(theme) {
    if (theme === "system") {
      delete document.documentElement.dataset.theme;
      localStorage.removeItem("theme");
    } else {
      document.documentElement.dataset.theme = theme;
      localStorage.setItem("theme", theme);
    }
  }
}

customElements.define("theme-switch", ThemeSwitch);
