// <handle-editor offers="/library/handles/…"> around a textarea: offers handles behind an @, and draws the text's
// handles as chips on a mirror of the text. The textarea stays the form's field; what became of each handle is the
// server's to say.

import { checked } from "./composer-state.js";
import { Offers } from "./handle-offers.js";
import { fold, mentionsIn, replaceRange } from "./text-edits.js";

const TYPING = /(?<![A-Za-z0-9_@])@([A-Za-z0-9_-]*)$/;

class HandleEditor extends HTMLElement {
  connectedCallback() {
    if (this.mirror) return;
    this.text = this.querySelector("textarea");
    this.build();
    this.text.addEventListener("input", () => this.typed());
    this.text.addEventListener("keydown", (event) => this.key(event));
    this.text.addEventListener("click", (event) => this.clicked(event));
    this.text.addEventListener("pointermove", (event) => this.classList.toggle("over-chip", Boolean(this.chipAt(event)?.url)));
    this.text.addEventListener("blur", () => this.offers.close());
    document.addEventListener("selectionchange", () => this.moved());
    document.addEventListener("composer:checked", () => this.draw());
    document.addEventListener("click", (event) => {
      const { remove, wrong, right } = event.target.closest("[data-remove], [data-wrong]")?.dataset ?? {};
      if (remove) this.replace(remove, "");
      if (wrong) this.replace(wrong, `@${right}`);
    });
    this.draw();
  }

  build() {
    this.mirror = document.createElement("div");
    this.mirror.className = "handle-mirror";
    this.mirror.setAttribute("aria-hidden", "true");
    const list = document.createElement("ul");
    Object.assign(list, { className: "offers offers-pop", id: `${this.text.id}-offers`, hidden: true });
    list.setAttribute("role", "listbox");
    list.setAttribute("aria-label", gettext("Handles"));
    const told = document.createElement("p");
    told.className = "visually-hidden";
    told.setAttribute("role", "status");
    this.prepend(this.mirror);
    this.append(list, told);
    this.classList.add("is-mirrored");
    const address = this.getAttribute("offers");
    this.offers = new Offers({ field: this.text, list, told, address, onChoose: (offer) => this.write(offer.handle) });
  }

  // What is being typed behind an @ right before the cursor: where the @ stands, and the letters behind it.
  get typing() {
    const { selectionStart: at, selectionEnd, value } = this.text;
    if (at !== selectionEnd || /^[A-Za-z0-9_-]/.test(value.slice(at))) return null;
    const found = TYPING.exec(value.slice(0, at));
    return found && { start: found.index, letters: found[1], end: at };
  }

  typed() {
    const { typing } = this;
    clearTimeout(this.waiting);
    if (typing && document.activeElement === this.text) this.waiting = setTimeout(() => this.offers.ask(typing.letters), 90);
    else this.offers.close();
    this.draw();
  }

  moved() {
    if (document.activeElement !== this.text) return;
    if (!this.typing) this.offers.close();
    this.draw();
  }

  key(event) {
    if (this.offers.takes(event)) return;
    if (this.offers.isOpen && event.key === "Tab" && !event.shiftKey) {
      event.preventDefault();
      this.offers.choose(this.offers.active);
    } else if (this.offers.isOpen && event.key === "Escape") {
      event.preventDefault();
      event.stopPropagation();
      this.offers.close();
    } else if (event.key === "Backspace" || event.key === "Delete") this.removeBeside(event);
  }

  write(handle) {
    const { typing } = this;
    if (!typing) return;
    const after = this.text.value.slice(typing.end);
    replaceRange(this.text, typing.start, typing.end, `@${handle}${/^[\s.,;:!?)]/.test(after) ? "" : " "}`);
    clearTimeout(this.waiting);
    this.offers.close();
  }

  // Backspace behind a chip and Delete before one take the whole handle; a handle that nobody knows loses a letter.
  removeBeside(event) {
    const { selectionStart: at, selectionEnd, value } = this.text;
    if (at !== selectionEnd || event.ctrlKey || event.altKey || event.metaKey) return;
    const side = event.key === "Backspace" ? "end" : "start";
    const chip = mentionsIn(value).find((mention) => mention[side] === at && this.known(mention.name)?.url);
    if (!chip) return;
    event.preventDefault();
    replaceRange(this.text, chip.start, chip.end, "");
  }

  // Every mention of a name becomes something else; one that becomes nothing takes a blank with it.
  replace(name, other) {
    for (const mention of mentionsIn(this.text.value).reverse()) {
      if (fold(mention.name) !== fold(name)) continue;
      const blank = !other && this.text.value[mention.end] === " " ? 1 : 0;
      replaceRange(this.text, mention.start, mention.end + blank, other);
    }
  }

  known(name) {
    return checked.facts.handles?.[fold(name)];
  }

  chipAt({ clientX: x, clientY: y }) {
    const inside = (box) => x >= box.left && x <= box.right && y >= box.top && y <= box.bottom;
    const chip = [...this.mirror.querySelectorAll(".mark")].find((one) => [...one.getClientRects()].some(inside));
    return chip && this.known(chip.dataset.name);
  }

  clicked(event) {
    const chip = this.text.selectionStart === this.text.selectionEnd && this.chipAt(event);
    if (chip?.url) open(chip.url, "_blank", "noopener");
  }

  draw() {
    const { value } = this.text;
    const cursor = document.activeElement === this.text ? this.text.selectionStart : -1;
    const parts = [];
    let at = 0;
    for (const mention of mentionsIn(value)) {
      parts.push(value.slice(at, mention.start), this.chip(mention, cursor));
      at = mention.end;
    }
    // A last empty line has no height of its own.
    this.mirror.replaceChildren(...parts, value.slice(at), "\u200b");
    this.place();
  }

  chip(mention, cursor) {
    const chip = document.createElement("span");
    const known = this.known(mention.name);
    const isTyped = cursor === mention.end && !known?.url;
    Object.assign(chip, { className: `mark is-${isTyped ? "typed" : (known?.state ?? "typed")}`, textContent: `@${mention.name}` });
    chip.dataset.name = mention.name;
    return chip;
  }

  // The list stands under the line in which one types.
  place() {
    const { typing } = this;
    if (!typing) return;
    const box = this.boxOf(typing.start);
    const frame = this.getBoundingClientRect();
    const { list } = this.offers;
    list.style.top = `${box.bottom - frame.top + 6}px`;
    list.style.left = `${Math.max(0, Math.min(box.left - frame.left, frame.width - list.offsetWidth))}px`;
  }

  // Where the letter at this place of the text is drawn.
  boxOf(place) {
    const texts = document.createTreeWalker(this.mirror, NodeFilter.SHOW_TEXT);
    const range = document.createRange();
    let left = place;
    while (texts.nextNode() && left >= texts.currentNode.length) left -= texts.currentNode.length;
    range.setStart(texts.currentNode, left);
    range.setEnd(texts.currentNode, left + 1);
    return range.getBoundingClientRect();
  }
}

customElements.define("handle-editor", HandleEditor);
