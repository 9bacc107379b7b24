// <take-player fps="24" frames="120" at="58" notes="an-id"> makes of a plain <video controls> a player for review: it
// counts in frames, shows exactly the one that it names, loops a range, marks the notes (`[data-frame]` within that id),
// and tells of each frame by the event `framechange`. The box of the class `player-stage` around the video is exactly the
// picture's: what is drawn over the picture lies in it.

import { frameOf, timeOf, timesOf } from "./frame-clock.js";
import { onPlayerKey } from "./player-keys.js";
import { Volume } from "./player-volume.js";
import { Shuttle } from "./shuttle.js";
import { TimeLine } from "./time-line.js";
import { Transport } from "./transport.js";

const EVENTS = ["loadedmetadata", "seeking", "timeupdate", "play", "pause", "ended", "ratechange"];

class TakePlayer extends HTMLElement {
  #shown = 0;
  #wanted = null; // asked for, perhaps before the film is there
  #range = null;
  #plays = 0; // counts plays: a callback of an earlier one falls silent

  connectedCallback() {
    document.addEventListener("keydown", (this.onKey = (event) => onPlayerKey(this, event)));
    if (this.video) return;
    const video = (this.video = this.querySelector("video"));
    this.times = timesOf(this.getAttribute("times"));
    this.style.setProperty("--ratio", video.width / video.height || 16 / 9);
    Object.assign(video, { controls: false, preload: "auto" });
    this.shuttle = new Shuttle(this);
    this.line = new TimeLine(this);
    this.transport = new Transport(this);
    this.volume = new Volume(this);
    // On the full screen the picture has the room that is left by all that stands below it.
    this.below = new ResizeObserver(() => this.measure());
    this.below.observe(this.querySelector(".player-controls"));
    for (const name of EVENTS) video.addEventListener(name, () => this[`on${name}`]());
    video.addEventListener("click", () => this.toggle());
    if (video.readyState) this.onloadedmetadata();
    this.draw();
  }

  disconnectedCallback() {
    document.removeEventListener("keydown", this.onKey);
  }

  get fps() {
    return Number(this.getAttribute("fps")) || 24;
  }

  get last() {
    return (Number(this.getAttribute("frames")) || 1) - 1;
  }

  // The frame on the screen, counted from 0.
  get frame() {
    return this.#shown;
  }

  get isPlaying() {
    return !this.video.paused;
  }

  // The frames {start, end}, both within it, or null.
  get range() {
    return this.#range;
  }

  set range(range) {
    this.#range = range && { start: this.#within(range.start), end: this.#within(range.end) };
    this.draw();
    this.dispatchEvent(new CustomEvent("rangechange", { bubbles: true, detail: { range: this.#range } }));
  }

  get isLooping() {
    return this.hasAttribute("looping");
  }

  set isLooping(yes) {
    this.toggleAttribute("looping", yes);
    this.draw();
  }

  // The frames between which it plays.
  get bounds() {
    return (this.isLooping && this.#range) || { start: 0, end: this.last };
  }

  seek(frame) {
    this.#wanted = this.#within(frame);
    this.#show(this.#wanted);
    this.video.currentTime = timeOf(this.#wanted, this.fps, this.times);
  }

  step(by) {
    this.pause();
    this.seek(this.frame + by);
  }

  play() {
    const { start, end } = this.bounds;
    if (this.frame >= end || this.frame < start) this.seek(start);
    return this.video.play().catch(() => this.draw()); // stopped before it began
  }

  pause() {
    this.shuttle.stop();
    this.video.pause();
  }

  toggle() {
    if (this.isPlaying || this.shuttle.isBack) this.pause();
    else this.play();
  }

  setIn() {
    const end = this.#range?.end ?? this.last;
    this.range = { start: this.frame, end: end < this.frame ? this.last : end };
  }

  setOut() {
    const start = this.#range?.start ?? 0;
    this.range = { start: start > this.frame ? 0 : start, end: this.frame };
  }

  clear() {
    this.range = null;
    this.isLooping = false;
  }

  // To the next note, or with -1 to the one before.
  toNote(way) {
    const frames = this.line.frames.filter((frame) => way * (frame - this.frame) > 0);
    if (frames.length) this.step((way > 0 ? frames[0] : frames.at(-1)) - this.frame);
  }

  fill() {
    if (document.fullscreenElement) document.exitFullscreen();
    else if (this.requestFullscreen) this.requestFullscreen().catch(() => {}); // refused: all stays as it is
    else if (this.video.readyState) this.video.webkitEnterFullscreen?.();
  }

  measure() {
    const parts = [...this.children].filter((part) => !part.matches(".player-stage"));
    this.style.setProperty("--below", `${parts.reduce((sum, { offsetHeight }) => sum + offsetHeight, 0)}px`);
  }

  draw() {
    this.dataset.shown = this.frame;
    this.transport.draw();
    this.line.draw();
  }

  onloadedmetadata() {
    // The poster is some picture of the take; what stands there has to be the frame that is named.
    if (!this.isPlaying) this.seek(this.#wanted ?? (Number(this.getAttribute("at")) || 0));
  }

  onseeking() {
    this.#show(this.#within(frameOf(this.video.currentTime, this.fps, this.times)));
  }

  ontimeupdate() {
    if (this.isPlaying && !this.video.seeking) this.#passed(frameOf(this.video.currentTime, this.fps, this.times));
  }

  onplay() {
    this.#follow(++this.#plays);
    this.draw();
  }

  onpause() {
    this.#plays += 1;
    // Its clock has run on by a part of a frame: exactly the frame that was seen last stays.
    if (!this.video.ended && !this.video.seeking) this.seek(this.frame);
    this.draw();
  }

  onended() {
    if (this.isLooping) this.play();
    else this.seek(this.last);
  }

  onratechange() {
    this.draw();
  }

  #within(frame) {
    return Math.min(this.last, Math.max(0, Math.round(frame)));
  }

  #follow(play) {
    this.video.requestVideoFrameCallback?.((_, { mediaTime }) => {
      if (play !== this.#plays) return;
      if (!this.video.seeking) this.#passed(frameOf(mediaTime, this.fps, this.times));
      this.#follow(play);
    });
  }

  #passed(frame) {
    this.#show(this.#within(frame));
    const { start, end } = this.bounds;
    if (this.isLooping && frame >= end) this.seek(start);
  }

  #show(frame) {
    const changed = frame !== this.#shown;
    this.#shown = frame;
    this.draw();
    if (changed) this.dispatchEvent(new CustomEvent("framechange", { bubbles: true, detail: { frame } }));
  }
}

customElements.define("take-player", TakePlayer);
