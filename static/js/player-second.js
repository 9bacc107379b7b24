// <player-second for="some-id"> keeps the number field in it and that video at one second: playing or seeking fills the
// field in, typing a second shows its frame. The field alone is sent, and works without a player.

class PlayerSecond extends HTMLElement {
  connectedCallback() {
    this.field = this.querySelector("input[type=number]");
    this.video = document.getElementById(this.getAttribute("for"));
    if (!this.field || !this.video) return;
    for (const name of ["timeupdate", "seeked", "pause"]) this.video.addEventListener(name, this);
    this.field.addEventListener("change", this);
    if (this.field.valueAsNumber) this.video.addEventListener("loadedmetadata", this, { once: true });
  }

  disconnectedCallback() {
    for (const name of ["timeupdate", "seeked", "pause"]) this.video?.removeEventListener(name, this);
  }

  handleEvent(event) {
    if (event.type === "change" || event.type === "loadedmetadata") this.seek();
    else if (document.activeElement !== this.field) this.field.value = this.video.currentTime.toFixed(3);
  }

  seek() {
    const second = this.field.valueAsNumber;
    if (Number.isNaN(second)) return;
    this.video.pause();
    this.video.currentTime = Math.min(Math.max(second, 0), this.video.duration || 0);
  }
}

customElements.define("player-second", PlayerSecond);
