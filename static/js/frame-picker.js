// The dialog in which a picture is chosen for a frame.

import { Offers } from "./handle-offers.js";

let offers;

function build(dialog, address) {
  const field = dialog.querySelector("input");
  field.setAttribute("role", "combobox");
  field.setAttribute("aria-expanded", "true");
  offers = new Offers({
    field,
    list: dialog.querySelector("[role=listbox]"),
    told: dialog.querySelector("[data-told]"),
    address,
    onChoose: (offer) => {
      offers.chosen = offer;
      dialog.close();
    },
  });
  field.addEventListener("input", () => offers.ask(field.value));
  field.addEventListener("keydown", (event) => {
    // Enter without an offer must not press Cancel.
    if (!offers.takes(event) && event.key === "Enter") event.preventDefault();
  });
}

// The offer that was chosen, or null. The dialog gives the focus back to what opened it.
export function pickFrame({ title, address }) {
  const dialog = document.querySelector("#frame-picker");
  if (!offers) build(dialog, address);
  dialog.querySelector("h2").textContent = title;
  offers.chosen = null;
  offers.field.value = "";
  offers.ask("");
  dialog.showModal();
  return new Promise((answer) => dialog.addEventListener("close", () => answer(offers.chosen), { once: true }));
}
