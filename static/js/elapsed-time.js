// <elapsed-time since="2026-01-31T12:00:00Z"> counts up each second, as 0:07 or 12:30.

class ElapsedTime extends HTMLElement {
  connectedCallback() {
    this.since = new Date(this.getAttribute("since"));
    this.write();
    this.timer = setInterval(() => this.write(), 1000);
  }

  disconnectedCallback() {
    clearInterval(this.timer);
  }

  write() {
    const seconds = Math.max(0, Math.round((Date.now() - this.since) / 1000));
    const [hours, minutes, rest] = [Math.floor(seconds / 3600), Math.floor(seconds / 60) % 60, seconds % 60];
    const short = `${minutes}:${String(rest).padStart(2, "0")}`;
    this.textContent = hours ? `${hours}:${short.padStart(5, "0")}` : short;
  }
}

customElements.define("elapsed-time", ElapsedTime);
