// Two films on one clock, in seconds. The one that lasts longer leads; the other is held within half a frame of it: a
// small drift is made good by playing a little faster or slower, a large one by a jump. Where one has to wait for its
// data, both wait. It stands in for one <video>, as far as a player needs that.

import { frameOf, timeOf, timesOf } from "./frame-clock.js";

const JUMP_FROM = 0.3; // s of drift
const MOST = 0.25; // of the speed, to make a drift good
const GAIN = 2.5; // share of the speed for each second of drift

export class Film {
  shown = 0; // the frame on the screen

  constructor(side, changed) {
    this.side = side;
    this.video = side.querySelector("video");
    this.fps = Number(side.dataset.fps) || 24;
    this.last = (Number(side.dataset.frames) || 1) - 1;
    this.times = timesOf(side.dataset.times);
    this.changed = changed;
    Object.assign(this.video, { controls: false, preload: "auto", muted: true });
    this.video.addEventListener("error", changed);
    this.watch();
  }

  get isBroken() {
    return this.video.error !== null;
  }

  // In seconds, to the end of its last frame.
  get length() {
    return (this.times[this.last] ?? this.last / this.fps) + 1 / this.fps;
  }

  // A film that could not be loaded keeps nobody waiting.
  get hasEnded() {
    return this.isBroken || this.video.ended || this.video.currentTime >= timeOf(this.last, this.fps, this.times);
  }

  // Exactly the frame that stands there at that moment; after the end its last one.
  seek(time) {
    const frame = Math.min(this.last, frameOf(time, this.fps, this.times));
    this.video.currentTime = timeOf(frame, this.fps, this.times);
    this.show(frame);
  }

  // What the browser really shows, told for each picture that it shows.
  watch() {
    this.video.requestVideoFrameCallback?.((_, { mediaTime }) => {
      if (!this.video.seeking) this.show(Math.min(this.last, frameOf(mediaTime, this.fps, this.times)));
      this.watch();
    });
  }

  show(frame) {
    if (frame === this.shown) return;
    this.shown = frame;
    this.changed();
  }
}

export class VideoPair {
  #speed = 1;
  #moment = 0; // where it was put; the films stand in the middle of their frames
  #waits = false;
  #runs = 0; // counts plays: what an earlier one still does falls silent

  constructor(films, changed) {
    this.films = films;
    this.changed = changed;
    this.byLength = films[0].length >= films[1].length ? films : [...films].reverse();
    this.isPlaying = false;
    for (const { video } of films) {
      for (const name of ["waiting", "canplay", "playing", "seeked", "loadeddata"]) video.addEventListener(name, () => this.#gather());
      video.addEventListener("ended", () => this.#ended());
    }
  }

  get lead() {
    return this.byLength.find((film) => !film.isBroken) ?? this.byLength[0];
  }

  get other() {
    return this.byLength.find((film) => film !== this.lead);
  }

  get paused() {
    return !this.isPlaying;
  }

  get seeking() {
    return this.films.some(({ video }) => video.seeking);
  }

  get playbackRate() {
    return this.#speed;
  }

  set playbackRate(speed) {
    this.#speed = speed;
    for (const { video } of this.films) video.playbackRate = speed;
  }

  get time() {
    return this.isPlaying ? this.lead.video.currentTime : this.#moment;
  }

  seek(time) {
    this.#moment = time;
    for (const film of this.films) film.seek(time);
  }

  play() {
    this.isPlaying = true;
    this.#waits = true;
    this.#gather();
    this.#follow(++this.#runs);
    this.changed();
  }

  pause() {
    this.#moment = this.time;
    this.isPlaying = this.#waits = false;
    this.#runs += 1;
    for (const { video } of this.films) video.pause();
    this.playbackRate = this.#speed;
    this.changed();
  }

  #ended() {
    if (this.isPlaying && this.lead.hasEnded) this.pause();
  }

  // Both go when both can, and stop when one cannot.
  #gather() {
    if (!this.isPlaying) return;
    const going = this.films.filter((film) => !film.hasEnded);
    const isReady = going.every(({ video }) => !video.seeking && video.readyState >= HTMLMediaElement.HAVE_FUTURE_DATA);
    if (isReady && this.#waits) {
      this.#waits = false;
      for (const { video } of going) video.play().catch(() => {}); // stopped before it began
    } else if (!isReady && !this.#waits) {
      this.#waits = true;
      for (const { video } of going) video.pause();
    }
  }

  #follow(run) {
    requestAnimationFrame(() => {
      if (run !== this.#runs) return;
      this.#gather();
      if (!this.#waits) this.#correct();
      this.#follow(run);
    });
  }

  #correct() {
    const { lead, other } = this;
    if (lead.hasEnded) return this.pause();
    const drift = other.video.currentTime - lead.video.currentTime;
    if (other.hasEnded || lead.video.currentTime >= other.length) return other.video.pause();
    if (Math.abs(drift) > JUMP_FROM) {
      other.video.currentTime = lead.video.currentTime;
      return;
    }
    const share = Math.abs(drift) < 0.002 ? 0 : Math.max(-MOST, Math.min(MOST, drift * GAIN));
    const rate = this.#speed * (1 - share);
    if (Math.abs(other.video.playbackRate - rate) > 0.002) other.video.playbackRate = rate;
  }
}
