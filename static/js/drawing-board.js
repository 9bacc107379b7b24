// <drawing-board> lies over the picture of each player that shows notes. It draws what the notes at the shown frame hold
// (`[data-drawing]`), and the drawing that is being made: by pointer, or by keyboard, where arrow keys move
// the pen and Space puts it down and lifts it. `drawingchange` tells that the draft is another.

import { notesOf } from "./notes-of.js";
import { drawn, made } from "./strokes.js";

const WIDTH = 0.008; // of the picture's height
const APART = 0.004; // a pen's points stand at least this far apart
const MOST_STROKES = 200;
const MOST_POINTS = 4500; // a little less than the server takes
const STEP = 0.02;
const MOVES = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };

const ACTS = { pointerdown: "press", pointermove: "drag", pointerup: "lift", pointercancel: "lift", blur: "lift", keydown: "key" };

const within = (part) => Math.round(Math.min(1, Math.max(0, part)) * 10_000) / 10_000;

class DrawingBoard extends HTMLElement {
  strokes = [];
  tool = "pen";
  color = "amber";
  frame = null; // where the draft was drawn
  #stroke = null;
  #pointer = null; // which draws: a second finger, or a palm, draws nothing
  #pen = [0.5, 0.5];
  #notes = [];

  connectedCallback() {
    if (this.svg) return;
    this.player = this.closest("take-player");
    const { width, height } = this.player.video ?? this.player.querySelector("video");
    this.size = { width: width || 1280, height: height || 720 };
    this.svg = made("svg", { viewBox: `0 0 ${this.size.width} ${this.size.height}`, "aria-hidden": "true" });
    this.kept = made("g", {});
    this.draft = made("g", {});
    this.cross = made("path", { class: "drawing-cross" });
    this.svg.append(this.kept, this.draft, this.cross);
    this.append(this.svg);
    this.player.addEventListener("framechange", () => this.show());
    document.addEventListener("htmx:load", () => this.isConnected && this.read());
    for (const [name, act] of Object.entries(ACTS)) this.addEventListener(name, (event) => this.isDrawing && this[act](event));
    this.addEventListener("click", (event) => this.isDrawing && event.stopPropagation());
    this.read();
  }

  get isDrawing() {
    return this.hasAttribute("drawing");
  }

  start() {
    this.player.pause();
    this.toggleAttribute("drawing", true);
    Object.assign(this, { tabIndex: 0, role: "application" });
    const help = gettext("Drawing: arrow keys move the pen, Space lowers or lifts it, Ctrl Z undoes a stroke, Escape ends");
    this.setAttribute("aria-label", help);
    this.show();
  }

  stop() {
    this.#end();
    this.toggleAttribute("drawing", false);
    this.removeAttribute("tabindex");
    this.removeAttribute("role");
    this.removeAttribute("aria-label");
    this.show();
  }

  undo() {
    this.#stroke = null;
    this.strokes.pop();
    this.#changed();
  }

  clear() {
    this.#stroke = null;
    this.strokes = [];
    this.#changed();
  }

  // The drawings of the notes, whose list refreshes itself.
  read() {
    const found = notesOf(this.player, "data-drawing");
    const told = found.map(({ dataset }) => [dataset.frame, dataset.endFrame, dataset.drawing].join()).join();
    if (told === this.told) return;
    this.told = told;
    this.#notes = found.map(({ dataset }) => {
      const group = made("g", {});
      group.append(...JSON.parse(dataset.drawing).map((stroke) => drawn(stroke, this.size)));
      return { start: Number(dataset.frame), end: Number(dataset.endFrame || dataset.frame), group };
    });
    this.kept.replaceChildren(...this.#notes.map(({ group }) => group));
    this.show();
  }

  show() {
    const { frame } = this.player;
    for (const { start, end, group } of this.#notes) {
      group.setAttribute("display", start <= frame && frame <= end ? "inline" : "none");
    }
    this.draft.setAttribute("display", this.frame === frame ? "inline" : "none");
    this.#cross();
  }

  press(event) {
    if (event.button || this.#pointer !== null) return;
    event.preventDefault();
    this.focus({ preventScroll: true });
    this.#pointer = event.pointerId;
    this.setPointerCapture(event.pointerId);
    this.#begin(this.#place(event));
  }

  drag(event) {
    if (!this.#stroke || event.pointerId !== this.#pointer) return;
    for (const one of event.getCoalescedEvents?.() ?? [event]) this.#to(this.#place(one));
  }

  lift(event) {
    if (event.type === "blur" || event.pointerId === this.#pointer) this.#end();
  }

  key(event) {
    const move = MOVES[event.key];
    if (move) this.#move(move, event.shiftKey ? STEP / 4 : STEP);
    else if (event.key === " " || event.key === "Enter") this.#stroke ? this.#end() : this.#begin(this.#pen);
    else if (event.key === "Escape") this.dispatchEvent(new CustomEvent("drawingend", { bubbles: true }));
    else if (event.key.toLowerCase() === "z" && (event.ctrlKey || event.metaKey)) this.undo();
    else return;
    event.preventDefault();
    event.stopPropagation();
  }

  #move([right, down], step) {
    const [x, y] = this.#pen;
    this.#to([within(x + right * step), within(y + (down * step * this.size.width) / this.size.height)]);
  }

  #place(event) {
    const box = this.getBoundingClientRect();
    return [within((event.clientX - box.left) / box.width), within((event.clientY - box.top) / box.height)];
  }

  #begin(point) {
    // A drawing belongs to one frame: begun on another, it is a new one.
    if (this.frame !== this.player.frame) this.strokes = [];
    this.frame = this.player.frame;
    this.#pen = point;
    if (this.strokes.length >= MOST_STROKES) return;
    this.#stroke = { tool: this.tool, color: this.color, width: WIDTH, points: [point] };
    if (this.tool !== "pen") this.#stroke.points.push(point);
    this.strokes.push(this.#stroke);
    this.#draw();
  }

  #to(point) {
    this.#pen = point;
    this.#cross();
    if (!this.#stroke) return;
    const { tool, points } = this.#stroke;
    if (tool !== "pen") points[1] = point;
    else if (this.#isApart(points.at(-1), point) && this.#points < MOST_POINTS) points.push(point);
    this.#draw();
  }

  #end() {
    this.#pointer = null;
    if (!this.#stroke) return;
    const { tool, points } = this.#stroke;
    this.#stroke = null;
    // A click with the arrow or the box has drawn nothing.
    if (tool !== "pen" && !this.#isApart(...points)) this.strokes.pop();
    this.#changed();
  }

  get #points() {
    return this.strokes.reduce((sum, { points }) => sum + points.length, 0);
  }

  #isApart([x1, y1], [x2, y2]) {
    return Math.hypot(x1 - x2, y1 - y2) >= APART;
  }

  #changed() {
    this.#draw();
    this.dispatchEvent(new CustomEvent("drawingchange", { bubbles: true }));
  }

  #draw() {
    this.draft.replaceChildren(...this.strokes.map((stroke) => drawn(stroke, this.size)));
    this.show();
  }

  // Where the pen of the keyboard stands.
  #cross() {
    const [x, y] = [this.#pen[0] * this.size.width, this.#pen[1] * this.size.height];
    const arm = this.size.height / 40;
    this.cross.setAttribute("d", `M${x - arm},${y}h${2 * arm}M${x},${y - arm}v${2 * arm}`);
  }
}

customElements.define("drawing-board", DrawingBoard);
// A session brings one along with each take.
for (const player of document.querySelectorAll("take-player[notes]:not(:has(drawing-board))")) {
  player.querySelector(".player-stage").append(document.createElement("drawing-board"));
}
