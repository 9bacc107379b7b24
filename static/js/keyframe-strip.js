// <keyframe-strip> makes of plain fields one line as long as the video: first frame, up to six keyframes at their
// seconds, end frame. A keyframe is moved by pointer, by arrow keys on its point, or by typing its second. Where there is
// no room for a line the same list stands as rows.

import { FRAME } from "./handle-chips.js";
import { Keyframe } from "./keyframe.js";
import { pickFrame } from "./frame-picker.js";
import { mayTakeFrame } from "./mode-guard.js";
import { fold, mentionsIn, setQuietly } from "./text-edits.js";

const LINE_FROM = 520; // px
const THUMB = 104; // px, as in composer.css
const GAP = 8;
const TITLES = {
  first: gettext("Choose the first frame"),
  mid: gettext("Add a keyframe"),
  end: gettext("Choose the end frame"),
};

class KeyframeStrip extends HTMLElement {
  connectedCallback() {
    if (this.frames) return;
    this.list = this.querySelector(".keyframes");
    this.prompt = document.getElementById(this.getAttribute("prompt"));
    this.form = this.prompt.form;
    this.frames = [...this.list.children].map((row) => new Keyframe(this, row));
    this.classList.add("is-strip");
    this.build();
    this.form.addEventListener("input", () => this.draw());
    document.addEventListener("composer:checked", () => this.draw());
    document.addEventListener("click", (event) => this.mend(event.target.closest("[data-wrong]")?.dataset));
    for (const name of ["dragover", "dragleave", "drop"]) this.list.addEventListener(name, (event) => this.dragged(event));
    this.list.addEventListener("click", (event) => {
      if (event.target === this.list && this.isLine) this.add("mid", this.secondAt(event.clientX));
    });
    new ResizeObserver(() => this.draw()).observe(this.list);
  }

  build() {
    const foot = document.createElement("div");
    foot.className = "strip-problems";
    foot.append(...this.querySelectorAll(".errors"));
    this.button = document.createElement("button");
    Object.assign(this.button, { type: "button", className: "button", textContent: gettext("Add a keyframe") });
    this.button.addEventListener("click", () => this.add("mid"));
    this.append(foot, this.button);
    this.hint = this.closest(".panel").querySelector("[data-strip-hint]");
  }

  get seconds() {
    return Math.max(1, Number(new FormData(this.form).get("duration")) || 5);
  }

  get mids() {
    return this.frames.filter((frame) => frame.part === "mid");
  }

  get isLine() {
    return this.list.clientWidth >= LINE_FROM;
  }

  // The whole second under a place on the screen, strictly between the first and the last.
  secondAt(x) {
    const box = this.list.getBoundingClientRect();
    const share = (x - box.left - THUMB / 2) / (box.width - THUMB);
    return Math.min(this.seconds - 1, Math.max(1, Math.round(share * this.seconds)));
  }

  // The middle of the widest gap.
  freeSecond() {
    const taken = [0, ...this.mids.filter((mid) => mid.isTimed).map((mid) => mid.at), this.seconds].sort((a, b) => a - b);
    const gaps = taken.slice(1).map((end, place) => ({ start: taken[place], length: end - taken[place] }));
    const widest = gaps.reduce((best, gap) => (gap.length > best.length ? gap : best));
    return Math.min(this.seconds - 1, Math.max(1, Math.round(widest.start + widest.length / 2)));
  }

  async choose(frame) {
    const address = this.getAttribute("offers");
    const offer = await pickFrame({ title: frame.isEmpty ? TITLES[frame.part] : gettext("Choose another image"), address });
    if (offer) await this.set(frame, offer, frame.part === "mid" && frame.isTimed ? frame.at : null);
  }

  async add(part, second = null) {
    const frame = this.frames.find((one) => one.part === part && (part !== "mid" || one.isEmpty));
    const offer = frame && (await pickFrame({ title: TITLES[part], address: this.getAttribute("offers") }));
    if (offer) await this.set(frame, offer, part === "mid" ? (second ?? this.freeSecond()) : null);
  }

  async set(frame, offer, second) {
    if (!(await mayTakeFrame(offer.handle))) return;
    frame.take(offer, second);
    if (frame.part === "mid") this.writeInPrompt(offer.handle);
    this.draw();
    frame.focus();
  }

  // A suggested handle takes the place of the one that nobody knows.
  mend({ wrong, right } = {}) {
    const meant = this.frames.filter((frame) => !frame.isEmpty && fold(frame.handle) === fold(wrong ?? ""));
    for (const frame of meant) setQuietly(frame.field, `@${right}`);
  }

  // The request is refused when a keyframe's handle does not stand in the prompt.
  writeInPrompt(handle) {
    const { value } = this.prompt;
    if (mentionsIn(value).some((mention) => fold(mention.name) === fold(handle))) return;
    setQuietly(this.prompt, `${value}${!value || /\s$/.test(value) ? "" : " "}@${handle}`);
  }

  dragged(event) {
    if (!event.dataTransfer?.types.includes(FRAME)) return;
    event.preventDefault();
    this.list.classList.toggle("is-over", event.type === "dragover");
    if (event.type === "drop") this.dropped(JSON.parse(event.dataTransfer.getData(FRAME)), event.clientX);
  }

  dropped(offer, x) {
    const box = this.list.getBoundingClientRect();
    const [first, end] = [this.frames.at(0), this.frames.at(-1)];
    if (this.isLine && x < box.left + THUMB * 0.75) return this.set(first, offer, null);
    if (this.isLine && x > box.right - THUMB * 0.75) return this.set(end, offer, null);
    const free = this.mids.find((mid) => mid.isEmpty);
    if (free) this.set(free, offer, this.isLine ? this.secondAt(x) : this.freeSecond());
  }

  draw() {
    const { seconds, isLine } = this;
    this.list.classList.toggle("is-line", isLine);
    this.arrange();
    for (const frame of this.frames) frame.draw(seconds);
    const lanes = this.stack(seconds);
    this.list.style.setProperty("--lanes", lanes);
    this.list.style.setProperty("--seconds", seconds);
    this.button.disabled = this.mids.every((mid) => !mid.isEmpty);
    const hint = isLine ? gettext("Drag, or use the arrow keys; 0 to %(seconds)s s") : gettext("0 to %(seconds)s s");
    this.hint.textContent = interpolate(hint, { seconds }, true);
  }

  // Keyframes follow one another in the list, and so for the Tab key, as they do in time. The one that has the focus, or
  // is being dragged, stays where it is and the others go around it.
  arrange() {
    const place = (mid) => (mid.isEmpty ? 2e3 : mid.isTimed ? mid.at : 1e3);
    const sorted = [...this.mids].sort((a, b) => place(a) - place(b));
    const rows = [...this.list.children].slice(1, -1);
    if (sorted.every((mid, index) => mid.row === rows[index])) return;
    const fixed = sorted.findIndex((mid) => mid.dragging || mid.row.contains(document.activeElement));
    sorted.forEach((mid, index) => {
      if (index < fixed) sorted[fixed].row.before(mid.row);
      else if (index !== fixed) this.list.lastElementChild.before(mid.row);
    });
  }

  // Puts pictures that would cover one another into lanes above each other; how many lanes that takes. The ends stand in
  // the lowest one.
  stack(seconds) {
    const wide = this.list.clientWidth - THUMB;
    const lanes = [[]]; // where the pictures of each lane begin, in px
    const mids = this.mids.filter((mid) => mid.isTimed).sort((a, b) => a.at - b.at);
    for (const frame of [this.frames.at(0), this.frames.at(-1), ...mids]) {
      const start = frame.share(seconds) * wide;
      const isFree = (taken) => taken.every((other) => Math.abs(other - start) >= THUMB + GAP);
      let lane = frame.part === "mid" ? lanes.findIndex(isFree) : 0;
      if (lane < 0) lane = lanes.push([]) - 1;
      lanes[lane].push(start);
      frame.row.style.setProperty("--lane", lane);
    }
    return lanes.length;
  }
}

customElements.define("keyframe-strip", KeyframeStrip);
