// How loud a player is, and whether at all; kept for the next take.

const KEPT = "volume";

export class Volume {
  constructor(player) {
    this.video = player.video;
    this.field = player.querySelector(".player-volume");
    this.button = player.querySelector("[data-do=mute]");
    if (!this.field) return;
    this.video.volume = Number(localStorage.getItem(KEPT) ?? 1);
    this.field.addEventListener("input", () => this.set(this.field.valueAsNumber / 100));
    this.video.addEventListener("volumechange", () => this.#draw());
    this.#draw();
  }

  set(volume) {
    this.video.volume = volume;
    this.video.muted = volume === 0;
    localStorage.setItem(KEPT, volume);
  }

  toggle() {
    this.video.muted = !this.video.muted;
    if (!this.video.muted && this.video.volume === 0) this.set(1);
  }

  #draw() {
    const { muted, volume } = this.video;
    this.field.value = muted ? 0 : Math.round(volume * 100);
    this.button.setAttribute("aria-pressed", muted);
  }
}
