// Says what a choice would drop before it drops it, and gives the focus back.

import { checked } from "./composer-state.js";
import { fold } from "./text-edits.js";

export const named = (handles) => new Intl.ListFormat(document.documentElement.lang).format(handles.map((handle) => `@${handle}`));

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
  const text = ngettext(
    "Image-to-video uses no subjects: %(handles)s becomes plain text.",
    "Image-to-video uses no subjects: %(handles)s become plain text.",
    dropped.length,
  );
  return ask({
    title: gettext("Switch to image-to-video?"),
    text: interpolate(text, { handles: named(dropped) }, true),
    yes: gettext("Use the frame"),
    no: ngettext("Keep the subject", "Keep the subjects", dropped.length),
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
  const text = ngettext(
    "Extending a video uses no images: %(handles)s becomes plain text.",
    "Extending a video uses no images: %(handles)s become plain text.",
    pictures.length,
  );
  agreed = await ask({
    title: gettext("Extend the video?"),
    text: interpolate(text, { handles: named(pictures) }, true),
    yes: gettext("Extend the video"),
    no: gettext("Keep the images"),
  });
  chosen.checked = agreed;
  (agreed ? chosen : other).focus();
  if (agreed) chosen.dispatchEvent(new Event("input", { bubbles: true }));
  agreed = false;
}

// Before anybody else hears of it.
document.addEventListener("input", guardExtension, { capture: true });
