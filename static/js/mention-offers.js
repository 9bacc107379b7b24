// <mention-offers people="[…]" assets="/library/handles/…"> around a textarea: behind an @ it offers the people of the
// project and the assets of the library. Without attributes it offers what the page's first one does.

import { Offers } from "./handle-offers.js";
import { fold, replaceRange } from "./text-edits.js";

const TYPING = /(?<![\w@.+-])@([\w.+-]*)$/u;
const MOST_PEOPLE = 5;

class Names extends Offers {
  ask(typed) {
    const begun = typed.toLowerCase();
    const starts = (word) => word.toLowerCase().startsWith(begun);
    this.fitting = this.people.filter(({ handle, title }) => [handle, ...title.split(" ")].some(starts)).slice(0, MOST_PEOPLE);
    return super.ask(typed);
  }

  // A name that is both means the asset.
  show(assets) {
    const taken = new Set(assets.map(({ handle }) => fold(handle)));
    super.show([...this.fitting.filter(({ handle }) => !taken.has(fold(handle))), ...assets]);
  }
}

class MentionOffers extends HTMLElement {
  connectedCallback() {
    if (this.names) return;
    this.text = this.querySelector("textarea");
    const { people, assets } = this.known;
    const list = document.createElement("ul");
    Object.assign(list, { className: "offers offers-pop", id: `${this.text.id}-offers`, hidden: true });
    list.setAttribute("role", "listbox");
    list.setAttribute("aria-label", gettext("Members and handles"));
    const told = document.createElement("p");
    told.className = "visually-hidden";
    told.setAttribute("role", "status");
    this.append(list, told);
    this.names = new Names({ field: this.text, list, told, address: assets, onChoose: ({ handle }) => this.write(handle) });
    this.names.people = JSON.parse(people);
    this.text.addEventListener("input", () => this.typed());
    this.text.addEventListener("keydown", (event) => this.key(event));
    this.text.addEventListener("blur", () => this.names.close());
  }

  get known() {
    const told = this.hasAttribute("people") ? this : document.querySelector("mention-offers[people]");
    return { people: told?.getAttribute("people") ?? "[]", assets: told?.getAttribute("assets") ?? "" };
  }

  // What is being typed behind an @ right before the cursor.
  get typing() {
    const { selectionStart: at, selectionEnd, value } = this.text;
    if (at !== selectionEnd) return null;
    const found = TYPING.exec(value.slice(0, at));
    return found && { start: found.index, letters: found[1], end: at };
  }

  typed() {
    const { typing } = this;
    clearTimeout(this.waiting);
    if (!typing) return this.names.close();
    const room = innerHeight - this.text.getBoundingClientRect().bottom;
    this.names.list.classList.toggle("is-up", room < 240);
    this.waiting = setTimeout(() => this.names.ask(typing.letters), 90);
  }

  key(event) {
    const { names } = this;
    if (names.takes(event)) event.stopPropagation();
    else if (names.isOpen && event.key === "Tab" && !event.shiftKey) {
      event.preventDefault();
      names.choose(names.active);
    } else if (names.isOpen && event.key === "Escape") {
      event.preventDefault();
      event.stopPropagation();
      names.close();
    }
  }

  write(name) {
    const { typing } = this;
    if (!typing) return;
    const after = this.text.value.slice(typing.end);
    replaceRange(this.text, typing.start, typing.end, `@${name}${/^[\s.,;:!?)]/.test(after) ? "" : " "}`);
    clearTimeout(this.waiting);
    this.names.close();
  }
}

customElements.define("mention-offers", MentionOffers);
