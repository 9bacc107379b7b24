// One frame of the strip: its plain fields, and what is drawn for them. First and end frame have no second of their own
// and show their empty place; an empty keyframe is not shown.

import { checked } from "./composer-state.js";
import { fold, setQuietly } from "./text-edits.js";

const TEXTS = {
  first: {
    name: gettext("First frame"),
    choose: gettext("Choose the first frame"),
    remove: gettext("Remove first frame @%(handle)s"),
    another: gettext("First frame @%(handle)s: choose another"),
  },
  mid: {
    name: gettext("Keyframe"),
    choose: gettext("Choose the keyframe"),
    remove: gettext("Remove keyframe @%(handle)s"),
    another: gettext("Keyframe @%(handle)s: choose another"),
  },
  end: {
    name: gettext("End frame"),
    choose: gettext("Choose the end frame"),
    remove: gettext("Remove end frame @%(handle)s"),
    another: gettext("End frame @%(handle)s: choose another"),
  },
};
const DRAG_FROM = 4; // px
const STEPS = { ArrowRight: 1, ArrowUp: 1, ArrowLeft: -1, ArrowDown: -1, PageUp: 2, PageDown: -2 };

export class Keyframe {
  constructor(strip, row) {
    Object.assign(this, { strip, row, part: row.dataset.part });
    [this.field, this.second] = row.querySelectorAll("input");
    this.field.closest(".field").hidden = true;
    this.build();
  }

  build() {
    this.picture = button("keyframe-picture", () => this.dragging || this.strip.choose(this));
    this.image = document.createElement("img");
    this.image.alt = "";
    this.image.draggable = false;
    this.place = element("span", "keyframe-place", TEXTS[this.part].name);
    this.picture.append(this.image, this.place);
    this.name = element("span", "keyframe-name");
    this.away = button("keyframe-away", () => this.clear());
    this.away.append(element("span", "", "×"));
    this.dot = element("span", "keyframe-dot");
    this.row.prepend(this.picture, this.dot, this.name);
    if (this.second) this.buildSecond();
    else this.row.append(element("span", "keyframe-at", this.part));
    this.row.append(this.away);
  }

  buildSecond() {
    this.dot.tabIndex = 0;
    this.dot.setAttribute("role", "slider");
    this.dot.setAttribute("aria-valuemin", "1");
    this.dot.addEventListener("keydown", (event) => this.key(event));
    for (const grip of [this.dot, this.picture]) grip.addEventListener("pointerdown", (event) => this.grab(event, grip));
    this.second.closest(".field").querySelector("label").className = "visually-hidden";
    this.second.after(element("span", "keyframe-unit", "s"));
  }

  get handle() {
    return this.field.value.trim().replace(/^@/, "");
  }

  get isEmpty() {
    return !this.handle;
  }

  get at() {
    return Number(this.second.value);
  }

  // Whether it stands on the line. An empty first or end frame keeps its place there.
  get isTimed() {
    return this.part !== "mid" || (!this.isEmpty && this.at > 0);
  }

  share(seconds) {
    if (this.part !== "mid") return this.part === "end" ? 1 : 0;
    return Math.min(1, this.at / seconds);
  }

  take(offer, second) {
    this.thumbnail = { of: fold(offer.handle), address: offer.thumbnail };
    if (this.second && second) this.second.value = second;
    setQuietly(this.field, `@${offer.handle}`);
  }

  clear() {
    if (this.second) this.second.value = "";
    setQuietly(this.field, "");
    this.strip.draw();
    (this.part === "mid" ? this.strip.button : this.picture).focus();
  }

  move(second) {
    const there = Math.min(this.strip.seconds - 1, Math.max(1, second));
    if (there !== this.at) setQuietly(this.second, there);
  }

  focus() {
    const target = this.part === "mid" ? (this.strip.isLine && this.isTimed ? this.dot : this.second) : this.picture;
    target.focus();
  }

  key(event) {
    const { seconds } = this.strip;
    if (event.key in STEPS) this.move(this.at + STEPS[event.key]);
    else if (event.key === "Home") this.move(1);
    else if (event.key === "End") this.move(seconds - 1);
    else if (event.key === "Delete") this.clear();
    else return;
    event.preventDefault();
  }

  grab(event, grip) {
    if (event.button || !this.strip.isLine || !this.isTimed) return;
    const start = event.clientX;
    this.dragging = false;
    grip.setPointerCapture(event.pointerId);
    const moved = (next) => {
      this.dragging ||= Math.abs(next.clientX - start) > DRAG_FROM;
      if (this.dragging) this.move(this.strip.secondAt(next.clientX));
    };
    grip.addEventListener("pointermove", moved);
    // The click that ends a drag must still see that it was one.
    const ended = () => setTimeout(() => (this.dragging = false));
    grip.addEventListener("lostpointercapture", () => (grip.removeEventListener("pointermove", moved), ended()), { once: true });
  }

  draw(seconds) {
    const { handle, isEmpty, part } = this;
    const known = checked.facts.handles?.[fold(handle)];
    const address = this.thumbnail?.of === fold(handle) ? this.thumbnail.address : known?.thumbnail;
    this.row.hidden = isEmpty && part === "mid";
    this.row.classList.toggle("is-empty", isEmpty);
    this.row.classList.toggle("is-timed", this.isTimed);
    this.row.classList.toggle("is-unknown", known?.state === "unknown");
    this.row.style.setProperty("--at", this.share(seconds));
    this.image.hidden = isEmpty || !address;
    if (address && this.image.getAttribute("src") !== address) this.image.src = address;
    this.place.hidden = !this.image.hidden;
    this.place.textContent = isEmpty ? `+ ${TEXTS[part].name}` : "?";
    this.name.textContent = isEmpty ? "" : `@${known?.handle ?? handle}`;
    this.away.hidden = isEmpty;
    const { choose, remove, another } = TEXTS[part];
    this.away.setAttribute("aria-label", interpolate(remove, { handle }, true));
    this.picture.setAttribute("aria-label", isEmpty ? choose : interpolate(another, { handle }, true));
    if (this.second) this.drawSecond(seconds);
  }

  drawSecond(seconds) {
    const { at, handle } = this;
    const timed = ngettext("@%(handle)s at %(at)s second", "@%(handle)s at %(at)s seconds", at);
    const label = interpolate(gettext("Time of @%(handle)s in seconds"), { handle }, true);
    this.second.max = seconds - 1;
    this.second.setAttribute("aria-label", label);
    this.dot.setAttribute("aria-label", label);
    this.dot.setAttribute("aria-valuemax", seconds - 1);
    this.dot.setAttribute("aria-valuenow", this.at || 1);
    const when = at > 0 ? timed : gettext("@%(handle)s at any time");
    this.dot.setAttribute("aria-valuetext", interpolate(when, { at, handle }, true));
  }
}

function element(tag, className, content = "") {
  const made = document.createElement(tag);
  Object.assign(made, { className, textContent: content });
  return made;
}

function button(className, press) {
  const made = element("button", className);
  made.type = "button";
  made.addEventListener("click", press);
  return made;
}
