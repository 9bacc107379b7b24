// <draft-keeper for="composer" url="…/draft/"> keeps the form as a draft while one types, and says since when it is kept.
// The page's address then names the draft, so that a reload goes on with it. A form that was sent meanwhile, in another
// tab, is not written over: that is said, and one can go on with the text as a new take.

const REST_MS = 1400; // the check comes first
const ELSEWHERE = gettext("This draft was changed in another tab. Reload to see the changes; editing here overwrites them.");

class DraftKeeper extends HTMLElement {
  connectedCallback() {
    this.form = document.getElementById(this.getAttribute("for"));
    this.form.addEventListener("input", () => this.changed());
    this.form.addEventListener("submit", () => this.rest());
    document.addEventListener("visibilitychange", () => document.hidden && this.timer && this.keep());
    addEventListener("pagehide", () => this.timer && this.keep());
    this.tabs = new BroadcastChannel("drafts");
    this.tabs.addEventListener("message", ({ data }) => data === this.key && this.tell(ELSEWHERE, true));
  }

  get key() {
    return this.form.elements.form_key.value;
  }

  rest() {
    clearTimeout(this.timer);
    this.timer = null;
  }

  changed() {
    if (this.ended) return;
    this.rest();
    this.timer = setTimeout(() => this.keep(), REST_MS);
  }

  async keep() {
    this.rest();
    if (this.form.dataset.sent) return;
    try {
      // What is still on its way when the page closes goes on without it.
      const answer = await fetch(this.getAttribute("url"), {
        method: "POST",
        body: new URLSearchParams(new FormData(this.form)),
        headers: { Accept: "application/json" },
        keepalive: true,
      });
      this.answered(answer.status, await answer.json());
    } catch {
      this.tell(gettext("Draft not saved: the server did not respond. Backlot will try again with your next change."), true);
    }
  }

  answered(status, { address, problem }) {
    if (this.form.dataset.sent) return;
    if (status === 200 && address) {
      history.replaceState(history.state, "", address);
      this.tabs.postMessage(this.key);
      const { lang } = document.documentElement;
      const time = new Date().toLocaleTimeString(lang, { hour: "2-digit", minute: "2-digit" });
      this.tell(interpolate(gettext("Draft saved %(time)s"), { time }, true));
    } else if (status === 409) this.end(problem, address);
    else if (status !== 200) this.tell(problem, true);
  }

  end(problem, address) {
    this.ended = true;
    this.tell(interpolate(gettext("%(problem)s Changes here are no longer saved."), { problem }, true), true);
    const link = Object.assign(document.createElement("a"), { href: address, textContent: gettext("Open the job") });
    const button = document.createElement("button");
    Object.assign(button, { type: "button", className: "button", textContent: gettext("Continue as a new take") });
    button.addEventListener("click", () => this.goOn());
    this.firstChild.append(" ", ...(address ? [link, " "] : []), button);
  }

  // The same text under a key of its own.
  goOn() {
    const bytes = [...crypto.getRandomValues(new Uint8Array(16))];
    this.form.elements.form_key.value = bytes.map((byte) => byte.toString(16).padStart(2, "0")).join("");
    this.ended = false;
    this.keep();
  }

  // A failure is read out; that all is well is not.
  tell(text, isBad = false) {
    const line = document.createElement("p");
    Object.assign(line, { className: isBad ? "message message-error" : "facts", textContent: text });
    if (isBad) line.setAttribute("role", "alert");
    this.replaceChildren(line);
  }
}

customElements.define("draft-keeper", DraftKeeper);
