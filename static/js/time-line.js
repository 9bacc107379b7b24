// The line under the picture: the slider that is the play head, the range that is looped, and the notes as marks. The
// slider alone is for keyboards and readers of the screen; a mark says again what its note in the list says.

import { told } from "./frame-clock.js";
import { notesOf } from "./notes-of.js";

export class TimeLine {
  constructor(player) {
    this.player = player;
    this.box = player.querySelector(".player-line");
    this.slider = player.querySelector(".player-slider");
    this.band = player.querySelector(".player-band");
    this.marks = player.querySelector(".player-marks");
    if (!this.box) return;
    this.slider.max = player.last;
    this.slider.addEventListener("input", () => player.step(this.slider.valueAsNumber - player.frame));
    this.marks.addEventListener("click", (event) => this.#chosen(event.target.closest("[data-at]")));
    // The list of notes refreshes itself.
    document.addEventListener("htmx:load", () => this.drawMarks());
    this.drawMarks();
  }

  // The frames of the notes, in order, each once.
  get frames() {
    return [...new Set(this.#notes.map(({ start }) => start))].sort((a, b) => a - b);
  }

  draw() {
    if (!this.box) return;
    const { frame, fps, range, isLooping } = this.player;
    this.slider.value = frame;
    const position = interpolate(gettext("%(code)s, frame %(frame)s"), { code: told(frame, fps), frame }, true);
    this.slider.setAttribute("aria-valuetext", position);
    this.band.hidden = !range;
    this.band.classList.toggle("is-looping", isLooping);
    if (range) this.#place(this.band, range.start, range.end);
  }

  drawMarks() {
    if (!this.box) return;
    const notes = this.#notes;
    const drawn = JSON.stringify(notes.map(({ start, end, isResolved }) => [start, end, isResolved]));
    if (drawn === this.drawn) return;
    this.drawn = drawn;
    this.marks.replaceChildren(...notes.map((note) => this.#mark(note)));
  }

  get #notes() {
    return notesOf(this.player, "data-frame")
      .filter(({ dataset }) => dataset.frame !== "")
      .map((element) => {
        const start = Number(element.dataset.frame);
        const end = Number(element.dataset.endFrame || start);
        return { element, start, end, isResolved: "isResolved" in element.dataset };
      });
  }

  #mark({ start, end, isResolved }) {
    const mark = document.createElement("span");
    mark.className = `mark${isResolved ? " mark-resolved" : ""}${end > start ? " mark-range" : ""}`;
    mark.dataset.at = start;
    mark.title = interpolate(gettext("Note at %(code)s"), { code: told(start, this.player.fps) }, true);
    this.#place(mark, start, end);
    return mark;
  }

  #place(element, start, end) {
    const last = Math.max(1, this.player.last);
    element.style.setProperty("--start", start / last);
    element.style.setProperty("--length", (end - start) / last);
  }

  #chosen(mark) {
    if (!mark) return;
    const at = Number(mark.dataset.at);
    this.player.step(at - this.player.frame);
    this.#notes.find(({ start }) => start === at)?.element.scrollIntoView({ block: "nearest" });
  }
}
