// The list of notes: a time code leads the player there, a refused form is shown where it stood, and the list does not
// refresh itself while somebody writes, reads out of it or selects in it.

import { isTyping } from "./page-keys.js";

const REFUSED = [409, 422];
const FAILED = {
  403: gettext("Not sent: you are logged out or no longer have access. Copy your text, then reload the page."),
  404: gettext("Not sent: the note has been deleted."),
};
const ASKS = ["reply", "edit", "delete"];
const TURNS = ["resolve", "reopen"];
const list = () => document.getElementById("note-list");
let opener = "";

function isBusy() {
  const { activeElement } = document;
  const selection = getSelection();
  const selects = !selection.isCollapsed && list()?.contains(selection.anchorNode);
  return selects || Boolean(list()?.querySelector("[data-holds]")) || (list()?.contains(activeElement) && isTyping(activeElement));
}

document.addEventListener("htmx:beforeRequest", (event) => {
  if (event.target.id === "note-poll" && isBusy()) event.preventDefault();
  // An answer that was on its way already would not know what is being sent.
  if (event.target.closest?.("#notes") && event.target.id !== "note-poll") htmx.trigger("#note-poll", "htmx:abort");
});

document.addEventListener("htmx:beforeSwap", ({ detail }) => {
  const { xhr, requestConfig } = detail;
  const { elt } = requestConfig;
  if (elt.id === "note-poll" && isBusy()) detail.shouldSwap = false;
  if (xhr.status < 400 || !elt.closest("#notes")) return;
  detail.isError = false;
  if (REFUSED.includes(xhr.status)) detail.shouldSwap = true;
  else if (elt.id !== "note-poll") tell(xhr.status);
});

function tell(status) {
  const told = document.querySelector("#note-form [data-status]");
  if (told) told.textContent = FAILED[status] ?? gettext("A server error occurred. Try again.");
}

// Whoever is logged out is led to the log-in by the next part that refreshes itself; not away from a note half written.
document.addEventListener("htmx:beforeOnLoad", (event) => {
  const texts = [...document.querySelectorAll("#notes textarea")];
  const isWriting = texts.some(({ value, defaultValue }) => value.trim() !== defaultValue.trim());
  if (!isWriting || !event.detail.xhr.getResponseHeader("HX-Redirect")) return;
  event.preventDefault();
  tell(403);
});

// Forms are brought into the list, and what a button does is answered by the list as it is then. Making the next take
// leads elsewhere.
document.addEventListener("click", (event) => {
  const act = event.target.closest("#note-list .note-act");
  if (!act || event.ctrlKey || event.metaKey || event.shiftKey || event.defaultPrevented) return;
  const [name, uuid] = [act.id.slice(0, act.id.indexOf("-")), act.id.slice(act.id.indexOf("-") + 1)];
  opener = act.id;
  if (ASKS.includes(name)) htmx.ajax("GET", act.href, { source: act, target: `#asked-${uuid}`, swap: "outerHTML" });
  else if (TURNS.includes(name)) htmx.ajax("POST", act.formAction, { source: act, target: "#note-list", swap: "outerHTML" });
  else return;
  event.preventDefault();
});

document.addEventListener("click", (event) => {
  const link = event.target.closest("#notes [data-seek]");
  const player = document.querySelector("take-player:defined");
  if (!link || !player || event.ctrlKey || event.metaKey || event.shiftKey) return;
  event.preventDefault();
  player.pause();
  player.seek(Number(link.dataset.seek));
  if (link.pathname === location.pathname) history.replaceState(history.state, "", link.href);
});

document.addEventListener("htmx:load", ({ target }) => {
  if (target.matches(".note-asked")) target.querySelector("textarea, button").focus();
  // What was in focus is gone: back to the note, or to the list.
  if (target.id === "note-list" && opener && document.activeElement === document.body) {
    const uuid = opener.slice(opener.indexOf("-") + 1);
    const next = document.getElementById(opener) ?? document.querySelector(`#note-${CSS.escape(uuid)} .note-act`);
    (next ?? target.querySelector(".note-filters a")).focus({ preventScroll: true });
    opener = "";
  }
});

document.addEventListener("framechange", ({ detail }) => {
  for (const link of document.querySelectorAll("a[data-still]")) {
    link.href = link.href.replace(/\d+\.png/, `${detail.frame}.png`);
  }
});
