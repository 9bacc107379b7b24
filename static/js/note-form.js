// <note-form> around the form of a new note: its time code follows the player until somebody sets it, typing pauses the
// player, and what is drawn on the picture becomes the note's. The form is swapped when it was sent; this element stays.

import { told } from "./frame-clock.js";
import { mayAct } from "./page-keys.js";

class NoteForm extends HTMLElement {
  follows = true;

  connectedCallback() {
    this.player = document.querySelector("take-player");
    this.board = this.player?.querySelector("drawing-board");
    this.bar = this.querySelector("[data-drawing-bar]");
    this.addEventListener("input", (event) => this.typed(event.target));
    for (const box of [this, this.bar]) box.addEventListener("click", (event) => this.clicked(event));
    this.bar.addEventListener("change", (event) => this.chosen(event.target));
    this.addEventListener("keydown", (event) => this.sent(event));
    this.addEventListener("htmx:load", () => this.renewed());
    if (!this.player) return;
    this.player.querySelector(".player-stage").after(this.bar);
    this.player.below?.observe(this.bar);
    for (const name of ["framechange", "rangechange"]) this.player.addEventListener(name, () => this.follow());
    const { signal } = (this.leaving = new AbortController());
    document.addEventListener("click", (event) => event.target.closest("[data-draw]") && this.turn(), { signal });
    document.addEventListener("keydown", (event) => this.key(event), { signal });
    this.board?.addEventListener("drawingchange", () => this.drew());
    this.board?.addEventListener("drawingend", () => this.turn(false));
    this.renewed();
  }

  // A session shows one take after the other, each with a form of its own.
  disconnectedCallback() {
    this.leaving?.abort();
  }

  field(name) {
    return this.querySelector(`[name=${name}]`);
  }

  // A form that came back with errors holds what was typed; any other is new.
  renewed() {
    const form = this.querySelector("form");
    const isRefused = Boolean(form.querySelector(".errors"));
    if (form.dataset.written) {
      this.board?.clear();
      this.turn(false, { quietly: true });
      document.getElementById(`note-${form.dataset.written}`)?.scrollIntoView({ block: "nearest" });
    }
    this.follows = !isRefused;
    this.turned();
    this.follow();
  }

  follow() {
    if (this.follows && this.player) {
      const { frame, fps, range } = this.player;
      const isRange = range && range.start <= frame && frame <= range.end && range.end > range.start;
      this.field("at").value = told(isRange ? range.start : frame, fps);
      this.field("until").value = isRange ? told(range.end, fps) : "";
    }
    this.tell();
  }

  tell() {
    const [at, until] = ["at", "until"].map((name) => this.field(name).value.trim());
    const range = until ? gettext("at %(at)s–%(until)s") : gettext("at %(at)s");
    const place = interpolate(at ? range : gettext("on the whole take"), { at, until }, true);
    this.querySelector("[data-told]").textContent = place;
    this.querySelector("[data-whole]").hidden = !at;
    this.querySelector("[data-here]").hidden = this.follows || !this.player;
  }

  typed(field) {
    if (["at", "until"].includes(field.name)) this.set();
    else if (field.name === "text" && this.player?.isPlaying) this.player.pause();
  }

  set() {
    this.follows = false;
    this.tell();
  }

  chosen(field) {
    if (!this.board) return;
    if (field.name === "drawing-tool") this.board.tool = field.value;
    if (field.name === "drawing-color") this.board.color = field.value;
  }

  clicked(event) {
    const button = event.target.closest("button");
    if (!button) return;
    if ("undo" in button.dataset) this.board?.undo();
    if ("clear" in button.dataset) this.board?.clear();
    if ("done" in button.dataset) this.turn(false);
    if ("whole" in button.dataset) this.whole();
    if ("here" in button.dataset) {
      this.follows = true;
      this.follow();
    }
  }

  whole() {
    this.field("at").value = this.field("until").value = "";
    this.set();
  }

  sent(event) {
    if (event.key !== "Enter" || !(event.ctrlKey || event.metaKey) || event.isComposing) return;
    event.preventDefault();
    this.querySelector("form").requestSubmit();
  }

  // N begins a note, D a drawing.
  key(event) {
    if (!mayAct(event) || event.repeat) return;
    const key = event.key.toLowerCase();
    if (key === "n") this.field("text").focus();
    else if (key === "d" && this.board) this.turn();
    else return;
    event.preventDefault();
  }

  turn(on = !this.board?.isDrawing, { quietly = false } = {}) {
    if (!this.board || on === this.board.isDrawing) return;
    if (on) this.board.start();
    else this.board.stop();
    this.turned();
    if (quietly) return;
    if (on) this.board.focus();
    else this.field("text").focus();
  }

  turned() {
    const isDrawing = Boolean(this.board?.isDrawing);
    this.bar.hidden = !isDrawing;
    for (const button of document.querySelectorAll("[data-draw]")) button.setAttribute("aria-pressed", String(isDrawing));
    for (const [name, value] of [["drawing-tool", this.board?.tool], ["drawing-color", this.board?.color]]) {
      for (const choice of this.bar.querySelectorAll(`[name=${name}]`)) choice.checked = choice.value === value;
    }
  }

  // A drawing belongs to its frame, and so does the note.
  drew() {
    const { strokes, frame } = this.board;
    this.field("drawing").value = strokes.length ? JSON.stringify(strokes) : "";
    this.follows = !strokes.length;
    if (strokes.length) {
      this.field("at").value = told(frame, this.player.fps);
      this.field("until").value = "";
    }
    this.follow();
  }
}

customElements.define("note-form", NoteForm);
