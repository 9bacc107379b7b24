// The grammar of handles in a text (library/handles.py), and changes to a text field that the browser's undo knows.

const MENTION = /(?<![A-Za-z0-9_@])@([A-Za-z][A-Za-z0-9_-]*)/g;

export const fold = (name) => name.replace(/^@/, "").toLowerCase();

// Every mention in order: its name without the @, and where @name starts and ends.
export function mentionsIn(text) {
  return [...text.matchAll(MENTION)].map((found) => ({ name: found[1], start: found.index, end: found.index + found[0].length }));
}

// The one deprecated call of this project: nothing else changes a text field so that Ctrl Z takes it back.
export function replaceRange(field, start, end, text) {
  field.focus();
  field.setSelectionRange(start, end);
  const done = text ? document.execCommand("insertText", false, text) : start === end || document.execCommand("delete");
  if (!done) setQuietly(field, field.value.slice(0, start) + text + field.value.slice(end));
}

// Sets a field from a script as if somebody had typed it, without taking the focus.
export function setQuietly(field, value) {
  field.value = value;
  field.dispatchEvent(new Event("input", { bubbles: true }));
}
