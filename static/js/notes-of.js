// The notes of a player's take that have an attribute: those in the list, and those that only `#note-marks` tells of, since
// the list shows the newest first.

export function notesOf(player, attribute) {
  const list = document.getElementById(player.getAttribute("notes"));
  const listed = [...(list?.querySelectorAll(`[${attribute}]`) ?? [])];
  const known = new Set(listed.map(({ dataset }) => dataset.note));
  const marks = [...document.querySelectorAll(`#note-marks [${attribute}]`)];
  return [...listed, ...marks.filter(({ dataset }) => !known.has(dataset.of))];
}
