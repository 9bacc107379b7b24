// <note-frame url="…/next/" for="composer"> puts the frame of the note that is answered into a part of the strip. Its
// buttons work without it too: then the form is sent and comes back with the frame in its place.

import { fold } from "./text-edits.js";

class NoteFrame extends HTMLElement {
  connectedCallback() {
    this.form = document.getElementById(this.getAttribute("for"));
    this.addEventListener("click", (event) => {
      const part = event.target.closest("button[name=part]")?.value;
      if (!part) return;
      event.preventDefault();
      this.place(part);
    });
  }

  async place(part) {
    if (this.waits) return;
    this.waits = true;
    this.tell(gettext("Getting the frame…"));
    try {
      const answer = await fetch(this.getAttribute("url"), {
        method: "POST",
        body: new URLSearchParams({ part, csrfmiddlewaretoken: this.form.elements.csrfmiddlewaretoken.value }),
        headers: { Accept: "application/json" },
      });
      const offer = await answer.json();
      this.tell(answer.ok ? await this.put(part, offer) : offer.problem);
    } catch {
      this.tell(gettext("The server did not respond. Nothing was changed. Try again."));
    }
    this.waits = false;
  }

  // One picture in one place: where it stood before it is taken away.
  async put(part, offer) {
    const strip = document.querySelector("keyframe-strip");
    const before = strip.frames.filter((frame) => !frame.isEmpty && fold(frame.handle) === fold(offer.handle));
    const free = strip.frames.find((frame) => frame.part === part && (part !== "mid" || frame.isEmpty || before.includes(frame)));
    if (!free) return gettext("All keyframes are in use. Remove one first.");
    const fits = offer.second > 0 && offer.second < strip.seconds;
    await strip.set(free, offer, fits ? offer.second : null);
    if (fold(free.handle) !== fold(offer.handle)) return gettext("Nothing was changed.");
    for (const frame of before) if (frame !== free) frame.clear();
    free.focus();
    return interpolate(gettext("@%(handle)s was added."), { handle: offer.handle }, true);
  }

  tell(text) {
    this.querySelector("[data-told]").textContent = text;
  }
}

customElements.define("note-frame", NoteFrame);
