// The handles that the server offers for what is typed: a listbox that a text field steers. The field keeps the focus;
// `told` is a live region that says how many there are.

export class Offers {
  constructor({ field, list, told, address, onChoose }) {
    Object.assign(this, { field, list, told, address, onChoose, found: [], active: -1 });
    field.setAttribute("aria-autocomplete", "list");
    field.setAttribute("aria-controls", list.id);
    list.addEventListener("pointerdown", (event) => event.preventDefault());
    list.addEventListener("click", (event) => {
      const option = event.target.closest("[role=option]");
      if (option) this.choose(this.options.indexOf(option));
    });
  }

  get options() {
    return [...this.list.querySelectorAll("[role=option]")];
  }

  get isOpen() {
    return !this.list.hidden && this.found.length > 0;
  }

  async ask(typed) {
    this.asking?.abort();
    this.asking = new AbortController();
    const address = new URL(this.address, location.href);
    address.searchParams.set("q", typed);
    try {
      const answer = await fetch(address, { signal: this.asking.signal, headers: { Accept: "application/json" } });
      if (answer.ok) this.show((await answer.json()).handles);
    } catch (error) {
      if (error.name !== "AbortError") this.close();
    }
  }

  show(found) {
    this.found = found;
    this.list.replaceChildren(...found.map((offer, place) => option(offer, `${this.list.id}-${place}`)));
    this.list.hidden = false;
    const count = found.length;
    const number = interpolate(ngettext("%(count)s handle", "%(count)s handles", count), { count }, true);
    this.told.textContent = count ? number : gettext("No matching handle");
    this.point(found.length ? 0 : -1);
  }

  close() {
    this.asking?.abort();
    this.found = [];
    this.list.hidden = true;
    this.list.replaceChildren();
    this.told.textContent = "";
    this.point(-1);
  }

  point(place) {
    this.active = place;
    this.options.forEach((option, other) => option.setAttribute("aria-selected", String(other === place)));
    const chosen = this.options[place];
    if (chosen) this.field.setAttribute("aria-activedescendant", chosen.id);
    else this.field.removeAttribute("aria-activedescendant");
    chosen?.scrollIntoView({ block: "nearest" });
  }

  choose(place) {
    const offer = this.found[place];
    if (offer) this.onChoose(offer);
  }

  // Whether the key was for the list.
  takes(event) {
    if (!this.isOpen || event.isComposing) return false;
    const last = this.found.length - 1;
    if (event.key === "ArrowDown") this.point(this.active === last ? 0 : this.active + 1);
    else if (event.key === "ArrowUp") this.point(this.active <= 0 ? last : this.active - 1);
    else if (event.key === "Enter") this.choose(this.active);
    else return false;
    event.preventDefault();
    return true;
  }
}

function option(offer, id) {
  const row = document.createElement("li");
  Object.assign(row, { id, className: "offer" });
  row.setAttribute("role", "option");
  row.append(picture(offer.thumbnail), text("handle", `@${offer.handle}`), text("facts", facts(offer)));
  if (offer.ended) row.append(text("badge badge-bad", offer.ended));
  return row;
}

const KINDS = {
  character: gettext("Character"),
  image: gettext("Image"),
  video: gettext("Video"),
  audio: gettext("Voice"),
  person: gettext("Member"),
};

function facts(offer) {
  return [offer.title, KINDS[offer.kind]].filter(Boolean).join(" · ");
}

function picture(address) {
  const image = document.createElement(address ? "img" : "span");
  image.className = "offer-picture";
  if (address) Object.assign(image, { src: address, alt: "" });
  return image;
}

function text(className, content) {
  const part = document.createElement("span");
  Object.assign(part, { className, textContent: content });
  return part;
}
