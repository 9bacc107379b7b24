// <playlist-session> around the present take of a playlist: goes on to the next one without loading the page anew, so
// that playing through and the full window last. Its links do the same without it.

import { mayAct } from "./page-keys.js";

const WAYS = { arrowright: "on", arrowleft: "back", arrowdown: "on", arrowup: "back", pagedown: "on", pageup: "back" };
const NEEDS_THE_PAGE = ["n", "d"]; // a note, a drawing
const COUNTED = ["verdict", "verdict-state", "note-list", "note-form"]; // what the strip tells of

class PlaylistSession extends HTMLElement {
  connectedCallback() {
    this.address = new URL(location.href);
    this.tabIndex = -1;
    this.addEventListener("click", this);
    this.addEventListener("ended", this, true); // it does not bubble
    this.addEventListener("htmx:beforeSwap", this);
    this.addEventListener("htmx:afterSwap", this);
    // What leads to a note's moment names the take's own page; here it stays in the session.
    document.body.addEventListener("htmx:beforeHistoryUpdate", this);
    addEventListener("click", (this.stay = () => history.replaceState(null, "", this.address)));
    // Before the player's own keys: while presenting, arrows go through the takes.
    document.addEventListener("keydown", this, true);
    this.arrive();
  }

  disconnectedCallback() {
    document.body.removeEventListener("htmx:beforeHistoryUpdate", this);
    removeEventListener("click", this.stay);
    document.removeEventListener("keydown", this, true);
  }

  handleEvent(event) {
    if (event.type === "click") this.click(event);
    else if (event.type === "keydown") this.press(event);
    else if (event.type === "ended") this.end();
    else if (event.type === "htmx:beforeHistoryUpdate") event.detail.history.path = this.address.href;
    else if (event.type === "htmx:beforeSwap") event.detail.target?.id === "session" && this.leave();
    else if (event.target.id === "session") this.arrive();
    else if (COUNTED.includes(event.target.id)) this.recount();
  }

  get isPresenting() {
    return this.hasAttribute("presents");
  }

  get strip() {
    return this.querySelector(".session-strip");
  }

  click(event) {
    const link = event.target.closest("a[href*='?at=']");
    if (!link || event.ctrlKey || event.metaKey || event.shiftKey) return;
    event.preventDefault();
    if (link.dataset.way === "present") this.present();
    else this.go(link);
  }

  press(event) {
    const key = event.key.toLowerCase();
    // The panel is hidden together with the field that Escape closes: the focus must not stay in it.
    if (this.isPresenting && key === "escape" && event.target.closest?.(".verdict-why")) setTimeout(() => this.focus());
    if (!mayAct(event)) return;
    const isArrow = key.startsWith("arrow");
    if (this.isPresenting && (key === "escape" || NEEDS_THE_PAGE.includes(key))) this.present();
    if (!(key in WAYS) || (isArrow && !this.isPresenting && !(event.shiftKey && /left|right/.test(key)))) return;
    const link = this.querySelector(`a[data-way="${WAYS[key]}"]`);
    event.preventDefault();
    event.stopPropagation();
    if (link) this.go(link);
  }

  end() {
    const link = this.querySelector("#session-on");
    if (link && document.querySelector("#play-through")?.checked) this.go(link, true);
  }

  go(link, isPlaying = this.querySelector("take-player")?.isPlaying) {
    this.plays = isPlaying;
    this.isFromStrip = Boolean(link.closest(".session-strip"));
    this.speed = this.querySelector(".player-speed")?.value;
    this.address = new URL(link.href);
    htmx.ajax("GET", link.href, { source: this, target: "#session", swap: "outerHTML" });
    this.stay();
  }

  // Lets go of what the browser has loaded of the take.
  leave() {
    const video = this.querySelector("video");
    video?.pause();
    video?.removeAttribute("src");
    video?.load();
  }

  // Another take is up.
  arrive() {
    const mark = this.strip?.querySelector("[aria-current]");
    if (mark) this.strip.scrollLeft += mark.getBoundingClientRect().left - this.strip.clientWidth / 2;
    // The link that was followed is gone with the strip in which it stood.
    if (this.isFromStrip) mark?.focus({ preventScroll: true });
    this.isFromStrip = false;
    this.tell();
    this.hasten();
    if (this.plays) this.querySelector("take-player")?.play();
    const next = this.querySelector("[data-video]")?.dataset.video;
    // Asked for now, so that it is at hand when it is wanted.
    if (next) this.ahead = Object.assign(document.createElement("video"), { preload: "auto", muted: true, src: next });
  }

  // The speed that was chosen holds for the whole session.
  hasten() {
    const field = this.querySelector(".player-speed");
    if (!field || !this.speed) return;
    field.value = this.speed;
    field.dispatchEvent(new Event("change"));
  }

  // Something was decided or said: the strip tells it too.
  async recount() {
    if (this.isCounting) return;
    this.isCounting = true;
    const at = this.strip?.scrollLeft ?? 0;
    const lineup = "#session-lineup";
    await htmx.ajax("GET", this.address.href, { source: this, target: lineup, select: lineup, swap: "outerHTML" });
    if (this.strip) this.strip.scrollLeft = at;
    this.isCounting = false;
  }

  present() {
    // The bar below the picture fades when nothing in it has the focus.
    if (this.toggleAttribute("presents")) this.focus();
    else this.querySelector("#session-present")?.focus();
    this.tell();
  }

  tell() {
    const link = this.querySelector("#session-present");
    if (link) link.textContent = this.isPresenting ? gettext("End presentation") : gettext("Present");
  }
}

customElements.define("playlist-session", PlaylistSession);
