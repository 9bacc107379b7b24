// The speed of a player: what is chosen for it, and the shuttle of the keys J and L on top, which goes faster at each
// press. No browser plays backwards, so J steps back through the frames.

const FASTEST = 8;
const MOST = 16; // what browsers play at all

export class Shuttle {
  #speed = 1;
  #times = 1; // below 0: backwards
  #run = 0; // counts runs backwards: a step of an earlier one falls silent

  constructor(player) {
    this.player = player;
  }

  get speed() {
    return this.#speed;
  }

  set speed(speed) {
    this.#speed = speed;
    this.#apply();
  }

  get isBack() {
    return this.#times < 0;
  }

  // `2×`, `−4×`; nothing at the chosen speed.
  get told() {
    if (this.#times === 1) return "";
    return this.isBack ? `−${-this.#times * this.#speed}×` : `${Math.min(MOST, this.#times * this.#speed)}×`;
  }

  faster() {
    const goesOn = this.player.isPlaying && !this.isBack;
    const times = goesOn ? Math.min(FASTEST, this.#times * 2) : 1;
    this.stop();
    this.#times = times;
    this.#apply();
    if (!goesOn) this.player.play();
  }

  back() {
    const times = this.isBack ? Math.max(-FASTEST, this.#times * 2) : -1;
    this.player.pause();
    this.#times = times;
    this.#walk(++this.#run, this.player.frame, performance.now());
  }

  stop() {
    this.#run += 1;
    this.#times = 1;
    this.#apply();
  }

  #apply() {
    this.player.video.playbackRate = Math.min(MOST, this.#speed * Math.abs(this.#times));
  }

  #walk(run, from, since) {
    requestAnimationFrame((now) => {
      if (run !== this.#run) return;
      const { player } = this;
      const gone = Math.floor(((now - since) / 1000) * player.fps * this.#speed * -this.#times);
      const { start, end } = player.bounds;
      // A seek that is under way is waited for, so that each step is seen.
      if (gone > 0 && !player.video.seeking) player.seek(Math.max(start, from - gone));
      if (player.frame > start) return this.#walk(run, from, since);
      if (!player.isLooping) return player.pause();
      player.seek(end);
      this.#walk(run, end, now);
    });
  }
}
