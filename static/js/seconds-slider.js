// <seconds-slider> puts a slider beside the number field in it; the number field alone is sent.

class SecondsSlider extends HTMLElement {
  connectedCallback() {
    const number = this.querySelector("input[type=number]");
    if (!number || this.querySelector("input[type=range]")) return;
    const slider = document.createElement("input");
    Object.assign(slider, { type: "range", min: number.min, max: number.max, value: number.value });
    slider.setAttribute("aria-label", gettext("Seconds (slider)"));
    slider.addEventListener("input", () => (number.value = slider.value));
    number.addEventListener("input", () => (slider.value = number.value));
    this.prepend(slider);
  }
}

customElements.define("seconds-slider", SecondsSlider);
