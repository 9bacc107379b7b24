// Says what a choice would drop before it drops it, and gives the focus back.

import { checked } from "./composer-state.js";
import { fold } from "./text-edits.js";

export const named = (handles) => new Intl.ListFormat("en-GB").format(handles.map((handle) => `@${handle}`));

// Whether the person says yes. Escape is a no.
export function ask({ title, text, yes, no }) {
  const dialog = document.querySelector("#mode-guard");
  dialog.querySelector("#mode-guard-head").textContent = title;
  dialog.querySelector("#mode-guard-text").textContent = text;
  dialog.querySelector("[data-yes]").textContent = yes;
  dialog.querySelector("[data-no]").textContent = no;
  dialog.returnValue = "";
  dialog.showModal();
  return new Promise((answer) => dialog.addEventListener("close", () => answer(dialog.returnValue === "yes"), { once: true }));
}

// A frame makes the take image-to-video, which carries no subjects and no clip.
export async function mayTakeFrame(handle) {
  const { mode, carried = [] } = checked.facts;
  const dropped = carried.filter((other) => fold(other) !== fold(handle));
  if (mode === "I2V" || !dropped.length) return true;
  const stay = dropped.length > 1 ? "stay" : "stays";
  return ask({
    title: "Go from image to video?",
    text: `Image to video carries no subjects: ${named(dropped)} ${stay} as text.`,
    yes: "Use the frame",
    no: dropped.length > 1 ? "Keep the subjects" : "Keep the subject",
  });
}

// Extending a clip drops the pictures. The choice is taken back until the person agrees to that.
let agreed = false;

async function guardExtension(event) {
  const chosen = event.target;
  const { pictures = [] } = checked.facts;
  if (chosen.name !== "clip" || chosen.value !== "extend" || agreed || !pictures.length) return;
  event.stopImmediatePropagation();
  const other = chosen.form.querySelector("input[name=clip][value=reference]");
  other.checked = true;
  const stay = pictures.length > 1 ? "stay" : "stays";
  const text = `An extension carries no pictures: ${named(pictures)} ${stay} as text.`;
  agreed = await ask({ title: "Extend the clip?", text, yes: "Extend the clip", no: "Keep the pictures" });
  chosen.checked = agreed;
  (agreed ? chosen : other).focus();
  if (agreed) chosen.dispatchEvent(new Event("input", { bubbles: true }));
  agreed = false;
}

// Before anybody else hears of it.
document.addEventListener("input", guardExtension, { capture: true });
