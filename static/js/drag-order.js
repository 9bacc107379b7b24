// <drag-order> around a form with a list: its rows can be dragged too. The buttons of the rows do the same without it.

class DragOrder extends HTMLElement {
  // Where a row was taken out: each change brings the whole list anew, and the focus would be lost with the row.
  static gap = null;

  connectedCallback() {
    for (const row of this.rows) row.draggable = true;
    for (const name of ["dragstart", "dragover", "dragend", "drop", "click"]) this.addEventListener(name, this);
    const next = this.rows[DragOrder.gap] ?? this.rows.at(-1);
    if (DragOrder.gap !== null) next?.querySelector("[name=remove]").focus();
    DragOrder.gap = null;
  }

  get rows() {
    return [...this.querySelectorAll("li[data-key]")];
  }

  handleEvent(event) {
    const row = event.target.closest?.("li[data-key]");
    if (event.type === "click") DragOrder.gap = event.target.closest("[name=remove]") ? this.rows.indexOf(row) : null;
    else if (event.type === "dragstart" && row) this.begin(event, row);
    else if (event.type === "dragend") this.end();
    else if (this.dragged && row) {
      event.preventDefault();
      this.mark(row, event.clientY);
      if (event.type === "drop") this.drop();
    }
  }

  begin(event, row) {
    this.dragged = row;
    event.dataTransfer.effectAllowed = "move";
    row.classList.add("is-dragged");
  }

  mark(row, y) {
    const box = row.getBoundingClientRect();
    const isBelow = y > box.top + box.height / 2;
    this.before = isBelow ? this.rows[this.rows.indexOf(row) + 1] : row;
    for (const one of this.rows) one.classList.toggle("is-before", one === this.before);
    row.classList.toggle("is-after", isBelow && !this.before);
  }

  end() {
    for (const one of this.rows) one.classList.remove("is-dragged", "is-before", "is-after");
    this.dragged = null;
  }

  drop() {
    const move = `${this.dragged.dataset.key}:${this.before?.dataset.key ?? "end"}`;
    const address = this.querySelector("form").action;
    this.end();
    htmx.ajax("POST", address, { target: `#${this.id}`, swap: "outerHTML", values: { move } });
  }
}

customElements.define("drag-order", DragOrder);
