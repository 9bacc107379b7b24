// <handle-chips for="id_prompt">: pressing a chip writes its handle where the cursor is in that text.

class HandleChips extends HTMLElement {
  connectedCallback() {
    this.addEventListener("click", (event) => {
      const chip = event.target.closest("[data-handle]");
      if (chip) this.insert(`@${chip.dataset.handle}`);
    });
  }

  insert(handle) {
    const text = document.getElementById(this.getAttribute("for"));
    const before = text.value.slice(0, text.selectionStart);
    const after = text.value.slice(text.selectionEnd);
    const lead = before && !/\s$/.test(before) ? " " : "";
    const trail = /^\s/.test(after) ? "" : " ";
    text.setRangeText(lead + handle + trail, text.selectionStart, text.selectionEnd, "end");
    text.focus();
    text.dispatchEvent(new Event("input", { bubbles: true }));
  }
}

customElements.define("handle-chips", HandleChips);
