// The controls under the line: buttons by their `data-do`, the time code, which is also a field to type one, and speed.

import { read, told } from "./frame-clock.js";

const WRONG = gettext("Use minutes:seconds.frames, such as 00:02.10.");

export class Transport {
  constructor(player) {
    this.player = player;
    this.code = player.querySelector(".player-code");
    this.acts = {
      play: () => player.toggle(),
      back: () => player.step(-1),
      on: () => player.step(1),
      in: () => player.setIn(),
      out: () => player.setOut(),
      loop: () => (player.isLooping = !player.isLooping),
      clear: () => player.clear(),
      mute: () => player.volume.toggle(),
      fill: () => player.fill(),
    };
    player.addEventListener("click", (event) => this.#pressed(event));
    player.querySelector(".player-speed")?.addEventListener("change", ({ target }) => {
      player.shuttle.speed = Number(target.value);
    });
    this.code?.addEventListener("change", () => this.#goTo());
    this.code?.addEventListener("keydown", (event) => this.#typed(event));
  }

  draw() {
    const { player } = this;
    const plays = player.isPlaying || player.shuttle.isBack;
    player.classList.toggle("is-playing", plays);
    if (this.code && this.code !== document.activeElement) this.code.value = told(player.frame, player.fps);
    this.#write(".player-frame", interpolate(gettext("frame %(frame)s"), { frame: player.frame }, true));
    this.#write(".player-rate", player.shuttle.told);
    this.#set("play", "aria-label", plays ? gettext("Pause") : gettext("Play"));
    this.#set("loop", "aria-pressed", player.isLooping);
    const clear = player.querySelector("[data-do=clear]");
    if (clear) clear.hidden = !player.range;
  }

  #write(selector, text) {
    const element = this.player.querySelector(selector);
    if (element && element.textContent !== text) element.textContent = text;
  }

  #set(what, name, value) {
    this.player.querySelector(`[data-do=${what}]`)?.setAttribute(name, value);
  }

  #pressed(event) {
    const button = event.target.closest("[data-do]");
    if (!button) return;
    this.acts[button.dataset.do]?.();
    // After a click by mouse the space bar plays again, instead of pressing the same button.
    if (event.detail) button.blur();
  }

  #typed(event) {
    this.code.setCustomValidity("");
    if (event.key === "Escape") this.code.value = told(this.player.frame, this.player.fps);
    if (event.key === "Escape" || (event.key === "Enter" && this.#goTo())) this.code.blur();
  }

  // Whether the field names a frame, which is then shown.
  #goTo() {
    const { player, code } = this;
    const frame = read(code.value, player.fps);
    code.setCustomValidity(frame === null ? WRONG : "");
    if (frame === null) return code.reportValidity();
    player.step(frame - player.frame);
    return true;
  }
}
