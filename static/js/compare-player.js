// <compare-player> makes of two plain <video controls> one player: one transport, one sound, side by side or one over the
// other with a wipe. Each side names the frame that it shows.

import { frameOf, told, timeOf } from "./frame-clock.js";
import { mayAct } from "./page-keys.js";
import { Shuttle } from "./shuttle.js";
import { Film, VideoPair } from "./video-pair.js";

const ACTS = {
  " ": (player) => player.toggle(),
  k: (player) => player.pause(),
  j: (player) => player.shuttle.back(),
  l: (player) => player.shuttle.faster(),
  ",": (player) => player.step(-1),
  ".": (player) => player.step(1),
  arrowleft: (player) => player.step(-1),
  arrowright: (player) => player.step(1),
  home: (player) => player.step(-player.last),
  end: (player) => player.step(player.last),
  s: (player) => player.otherSound(),
  w: (player) => player.otherView(),
};
const OF_TARGET = { arrowleft: "input", arrowright: "input", home: "input", end: "input", " ": "button, a[href], summary, input, select" };

class ComparePlayer extends HTMLElement {
  connectedCallback() {
    document.addEventListener("keydown", (this.onKey = (event) => this.key(event)));
    if (this.films) return;
    this.sides = [...this.querySelectorAll(".compare-side")];
    this.films = this.sides.map((side) => new Film(side, () => this.draw()));
    this.video = new VideoPair(this.films, () => this.draw());
    // Steps are those of the finer rate; the other film then shows what it has at that moment.
    this.fps = Math.max(...this.films.map((film) => film.fps));
    this.last = frameOf(this.video.lead.length, this.fps) - 1;
    this.shuttle = new Shuttle(this);
    this.line = this.querySelector("[data-line]");
    this.line.max = this.last;
    this.line.addEventListener("input", () => this.scrub());
    this.wipe = this.querySelector("#compare-wipe");
    this.wipe.addEventListener("input", () => this.drawWipe());
    this.addEventListener("click", (event) => this.press(event.target));
    this.addEventListener("change", (event) => this.chosen(event.target));
    this.querySelector(".compare-stage").addEventListener("pointerdown", (event) => this.grab(event));
    this.choose("sound", this.querySelector("input[name=sound]:not(:disabled)").value);
    for (const film of this.films) film.video.addEventListener("loadedmetadata", () => this.video.paused && film.seek(0), { once: true });
    this.video.seek(0);
    this.drawWipe();
    this.draw();
  }

  disconnectedCallback() {
    document.removeEventListener("keydown", this.onKey);
  }

  // The moment, in frames of the finer rate.
  get frame() {
    return Math.min(this.last, frameOf(this.video.time, this.fps));
  }

  get isPlaying() {
    return !this.video.paused;
  }

  // What the shuttle plays between.
  get bounds() {
    return { start: 0, end: this.last };
  }

  get isLooping() {
    return false;
  }

  seek(frame) {
    this.video.seek(timeOf(Math.min(this.last, Math.max(0, frame)), this.fps));
    this.draw();
  }

  step(by) {
    const there = this.frame + by;
    this.pause();
    this.seek(there);
  }

  play() {
    // From a moment at which both stand exactly.
    this.seek(this.frame >= this.last ? 0 : this.frame);
    this.video.play();
  }

  pause() {
    const wasPlaying = this.isPlaying;
    this.shuttle.stop();
    this.video.pause();
    if (wasPlaying) this.seek(this.frame);
  }

  toggle() {
    if (this.isPlaying || this.shuttle.isBack) this.pause();
    else this.play();
  }

  scrub() {
    const there = this.line.valueAsNumber;
    this.pause();
    this.seek(there);
  }

  press(target) {
    const wanted = target.closest("[data-do]")?.dataset.do;
    if (wanted === "play" || target.matches("video")) this.toggle();
    else if (wanted) this.step(wanted === "on" ? 1 : -1);
  }

  key(event) {
    const key = event.key.toLowerCase();
    if (!(key in ACTS) || !mayAct(event)) return;
    if (event.target instanceof Element && event.target.matches(OF_TARGET[key] ?? "no-element")) return;
    event.preventDefault();
    ACTS[key](this);
  }

  chosen(field) {
    if (field.name === "sound") this.sounds();
    if (field.name === "view") this.drawView();
  }

  choose(name, value) {
    this.querySelector(`input[name=${name}][value="${value}"]`).checked = true;
    this.chosen({ name });
  }

  get(name) {
    return this.querySelector(`input[name=${name}]:checked`).value;
  }

  // One sound: of A, of B, or none.
  sounds() {
    for (const film of this.films) film.video.muted = film.side.dataset.side !== this.get("sound");
  }

  otherSound() {
    const fields = [...this.querySelectorAll("input[name=sound]:not(:disabled)")];
    this.choose("sound", fields[(fields.findIndex((one) => one.checked) + 1) % fields.length].value);
  }

  otherView() {
    this.choose("view", this.get("view") === "wipe" ? "beside" : "wipe");
  }

  // The edge follows the pointer over the picture.
  grab(event) {
    if (event.button || this.get("view") !== "wipe" || !event.target.matches("video")) return;
    const picture = this.querySelector(".compare-stage");
    const start = event.clientX;
    let isDrag = false;
    const move = (next) => {
      isDrag ||= Math.abs(next.clientX - start) > 4;
      const box = picture.getBoundingClientRect();
      if (isDrag) this.wipe.value = ((next.clientX - box.left) / box.width) * 100;
      this.drawWipe();
    };
    const held = event.target;
    held.setPointerCapture(event.pointerId);
    held.addEventListener("pointermove", move);
    held.addEventListener("lostpointercapture", () => held.removeEventListener("pointermove", move), { once: true });
    // The click that ends a drag neither plays nor stops.
    picture.addEventListener("click", (click) => isDrag && click.stopPropagation(), { capture: true, once: true });
  }

  drawView() {
    const isWipe = this.get("view") === "wipe";
    this.classList.toggle("is-wipe", isWipe);
    this.querySelector("[data-wipe-field]").hidden = !isWipe;
  }

  drawWipe() {
    this.style.setProperty("--wipe", `${this.wipe.value}%`);
    this.wipe.setAttribute("aria-valuetext", `${Math.round(this.wipe.value)} % A`);
  }

  draw() {
    if (!this.line) return;
    for (const film of this.films) {
      film.side.dataset.frame = film.shown;
      const code = told(film.shown, film.fps);
      const named = interpolate(gettext("%(code)s · frame %(frame)s"), { code, frame: film.shown }, true);
      const broken = gettext("The video could not be loaded. Reload the page.");
      film.side.querySelector("[data-shown]").textContent = film.isBroken ? broken : named;
    }
    this.line.value = this.frame;
    this.line.setAttribute("aria-valuetext", told(this.frame, this.fps));
    const play = this.querySelector("[data-do=play]");
    play.classList.toggle("is-playing", this.isPlaying);
    play.setAttribute("aria-label", this.isPlaying ? gettext("Pause") : gettext("Play"));
    this.querySelector("[data-rate]").textContent = this.shuttle.told;
  }
}

customElements.define("compare-player", ComparePlayer);
