// <draft-keeper for="composer" url="…/draft/"> keeps the form as a draft while one types, and says since when it is kept.
// The page's address then names the draft, so that a reload goes on with it. A form that was sent meanwhile, in another
// tab, is not written over: that is said, with the way to what it has become.

const REST_MS = 1400; // the check comes first

class DraftKeeper extends HTMLElement {
  connectedCallback() {
    this.form = document.getElementById(this.getAttribute("for"));
    this.form.addEventListener("input", () => this.changed());
    this.form.addEventListener("submit", () => this.rest());
    document.addEventListener("visibilitychange", () => document.hidden && this.timer && this.keep());
    addEventListener("pagehide", () => this.timer && this.keep());
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
      this.tell("The draft is not kept: the server gave no answer. It is tried again with your next change.", true);
    }
  }

  answered(status, { address, problem }) {
    if (this.form.dataset.sent) return;
    if (status === 200 && address) {
      history.replaceState(history.state, "", address);
      const now = new Date().toLocaleTimeString(undefined, { hour: "2-digit", minute: "2-digit" });
      this.tell(`Draft kept ${now}`);
    } else if (status === 409) this.end(problem, address);
    else if (status !== 200) this.tell(problem, true);
  }

  end(problem, address) {
    this.ended = true;
    this.tell(`${problem} What you type here is not kept any more.`, true);
    const links = [["Start anew", this.getAttribute("fresh")]];
    if (address) links.unshift(["See the job", address]);
    for (const [label, href] of links) {
      const link = document.createElement("a");
      Object.assign(link, { href, textContent: label });
      this.firstChild.append(" ", link);
    }
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
