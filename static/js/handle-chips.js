// <handle-chips for="id_prompt">: pressing a chip writes its handle where the cursor is in that text; a chip can be
// dragged into the text, and one that can be a frame into the strip.

import { replaceRange } from "./text-edits.js";

export const FRAME = "application/x-backlot-frame";

class HandleChips extends HTMLElement {
  connectedCallback() {
    this.addEventListener("click", (event) => {
      const chip = event.target.closest("[data-handle]");
      if (chip) this.insert(`@${chip.dataset.handle}`);
    });
    this.addEventListener("dragstart", (event) => {
      const chip = event.target.closest("[data-handle]");
      if (!chip) return;
      const { handle, kind, thumbnail } = chip.dataset;
      event.dataTransfer.setData("text/plain", `@${handle}`);
      if (kind === "image") event.dataTransfer.setData(FRAME, JSON.stringify({ handle, thumbnail }));
    });
  }

  insert(handle) {
    const text = document.getElementById(this.getAttribute("for"));
    const { selectionStart: start, selectionEnd: end, value } = text;
    const lead = start && !/\s$/.test(value.slice(0, start)) ? " " : "";
    const trail = /^\s/.test(value.slice(end)) ? "" : " ";
    replaceRange(text, start, end, lead + handle + trail);
  }
}

customElements.define("handle-chips", HandleChips);
