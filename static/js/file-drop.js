// <file-drop url="/where/each/file/goes/"> around a form with a file field: files that are dropped or chosen are sent
// at once, three at a time, each with a bar, and come back as tokens in hidden fields. The form itself is sent as it
// would be without this script, with the tokens in place of the files.

const AT_ONCE = 3;
const MOST_RETRIES = 10;
const LOST = gettext("The connection was lost. Try again.");
const ODD = gettext("The server sent an unexpected response. If you were logged out, log in in another tab, then try again.");

class FileDrop extends HTMLElement {
  connectedCallback() {
    this.form = this.querySelector("form");
    this.field = this.form.querySelector("input[type=file]");
    this.list = this.querySelector(".uploads");
    this.template = this.querySelector("template");
    this.waiting = [];
    this.running = 0;
    this.delayed = new Set();
    this.field.addEventListener("change", () => {
      this.take(this.field.files);
      this.field.value = "";
    });
    this.form.addEventListener("submit", (event) => this.hold(event));
    for (const name of ["dragover", "dragleave", "drop"]) this.addEventListener(name, (event) => this.dragged(event));
  }

  dragged(event) {
    if (!event.dataTransfer?.types.includes("Files")) return;
    event.preventDefault();
    this.classList.toggle("is-over", event.type === "dragover");
    if (event.type === "drop") this.take(event.dataTransfer.files);
  }

  hold(event) {
    if (!this.running && !this.waiting.length && !this.delayed.size) return;
    event.preventDefault();
    this.tell();
  }

  take(files) {
    for (const file of files) this.waiting.push(new Upload(this, file));
    this.next();
  }

  next() {
    while (this.running < AT_ONCE && this.waiting.length) {
      this.running += 1;
      this.waiting.shift().send();
    }
    this.tell();
  }

  done() {
    this.running -= 1;
    this.next();
  }

  tell() {
    const way = this.running + this.waiting.length + this.delayed.size;
    const kept = this.list.querySelectorAll("input[name=kept]").length;
    const parts = [];
    if (way) parts.push(interpolate(ngettext("%(way)s uploading", "%(way)s uploading", way), { way }, true));
    if (kept) parts.push(interpolate(ngettext("%(kept)s ready", "%(kept)s ready", kept), { kept }, true));
    this.querySelector("[data-told]").textContent = parts.join(" · ");
  }
}

class Upload {
  constructor(drop, file) {
    this.drop = drop;
    this.file = file;
    this.retries = 0;
    this.row = drop.template.content.firstElementChild.cloneNode(true);
    this.part("name").textContent = file.name;
    this.bar = this.row.querySelector("progress");
    const { name } = file;
    this.bar.setAttribute("aria-label", interpolate(gettext("Upload of %(name)s"), { name }, true));
    this.part("away").setAttribute("aria-label", interpolate(gettext("Cancel %(name)s"), { name }, true));
    this.part("again").setAttribute("aria-label", interpolate(gettext("Retry %(name)s"), { name }, true));
    this.part("away").addEventListener("click", () => this.away());
    this.part("again").addEventListener("click", () => this.again());
    drop.list.append(this.row);
  }

  part(name) {
    return this.row.querySelector(`[data-${name}]`);
  }

  show(name, text) {
    this.part(name).textContent = text;
    this.part(name).hidden = !text;
  }

  send() {
    const body = new FormData();
    body.append("csrfmiddlewaretoken", this.drop.form.elements.csrfmiddlewaretoken.value);
    body.append("file", this.file);
    this.request = new XMLHttpRequest();
    this.request.upload.addEventListener("progress", (event) => this.moved(event));
    this.request.addEventListener("load", () => this.answered());
    this.request.addEventListener("error", () => this.failed(LOST));
    this.request.addEventListener("loadend", () => this.drop.done());
    this.request.open("POST", this.drop.getAttribute("url"));
    this.request.setRequestHeader("Accept", "application/json");
    this.request.send(body);
  }

  moved(event) {
    if (!event.lengthComputable) return;
    this.bar.value = (event.loaded / event.total) * 100;
    if (event.loaded === event.total) {
      this.bar.removeAttribute("value");
      this.show("facts", gettext("Checking…"));
    }
  }

  answered() {
    let answer;
    try {
      answer = JSON.parse(this.request.responseText);
    } catch {
      return this.failed(ODD);
    }
    if (answer.token) this.kept(answer);
    else if (answer.retry_after && this.retries < MOST_RETRIES) this.retryIn(answer.retry_after);
    else this.failed(answer.problem || ODD);
  }

  kept(answer) {
    this.bar.value = 100;
    this.show("facts", answer.facts);
    const picture = this.row.querySelector("img");
    picture.src = answer.thumbnail;
    picture.hidden = false;
    const token = document.createElement("input");
    Object.assign(token, { type: "hidden", name: "kept", value: answer.token });
    this.row.append(token);
    this.show("notice", likeness(answer));
    this.part("away").textContent = gettext("Remove");
    const label = interpolate(gettext("Remove %(name)s"), { name: this.file.name }, true);
    this.part("away").setAttribute("aria-label", label);
  }

  // The server processes few files at a time. Retry after the delay that it asks for.
  retryIn(seconds) {
    this.retries += 1;
    this.drop.delayed.add(this);
    this.show("facts", gettext("Waiting…"));
    this.timer = setTimeout(() => this.again(), (seconds + Math.random() * seconds) * 1000);
  }

  failed(problem) {
    this.bar.value = 0;
    this.show("facts", "");
    this.show("problem", problem);
    this.part("again").hidden = false;
  }

  again() {
    this.show("problem", "");
    if (!this.part("again").hidden) this.part("away").focus();
    this.part("again").hidden = true;
    this.drop.delayed.delete(this);
    this.drop.waiting.push(this);
    this.drop.next();
  }

  away() {
    this.drop.waiting = this.drop.waiting.filter((one) => one !== this);
    clearTimeout(this.timer);
    this.drop.delayed.delete(this);
    this.request?.abort();
    const next = this.row.nextElementSibling ?? this.row.previousElementSibling;
    this.row.remove();
    (next?.querySelector("[data-away]") ?? this.drop.field).focus();
    this.drop.tell();
  }
}

// What the library has already that is the same or similar; empty without it.
function likeness({ duplicate_of: same, looks_like: similar }) {
  if (same) return interpolate(gettext("Already in the library as %(same)s."), { same }, true);
  if (!similar.length) return "";
  const list = new Intl.ListFormat(document.documentElement.lang).format(similar);
  return interpolate(gettext("Looks like %(list)s."), { list }, true);
}

customElements.define("file-drop", FileDrop);
