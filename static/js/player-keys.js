// What each key does to a player. The help card lists them.

import { mayAct } from "./page-keys.js";

const ACTS = {
  " ": (player) => player.toggle(),
  k: (player) => player.pause(),
  j: (player) => player.shuttle.back(),
  l: (player) => player.shuttle.faster(),
  ",": (player) => player.step(-1),
  ".": (player) => player.step(1),
  "<": (player) => player.step(-Math.round(player.fps)),
  ">": (player) => player.step(Math.round(player.fps)),
  arrowleft: (player) => player.step(-1),
  arrowright: (player) => player.step(1),
  home: (player) => player.step(-player.last),
  end: (player) => player.step(player.last),
  i: (player) => player.setIn(),
  o: (player) => player.setOut(),
  p: (player) => (player.isLooping = !player.isLooping),
  u: (player) => player.clear(),
  "[": (player) => player.toNote(-1),
  "]": (player) => player.toNote(1),
  m: (player) => player.volume.toggle(),
  f: (player) => player.fill(),
};
const MOVES = ["arrowleft", "arrowright", "home", "end"];
const PRESSED = "button, a[href], summary, input[type=checkbox], input[type=radio], [role=button]";

export function onPlayerKey(player, event) {
  const key = event.key.toLowerCase();
  if (!(key in ACTS) || !mayAct(event) || isOfTarget(key, event.target)) return;
  event.preventDefault();
  ACTS[key](player);
}

// A key that the thing in focus has a use for: a slider moves, a button is pressed by space.
function isOfTarget(key, target) {
  if (!(target instanceof Element)) return false;
  if (MOVES.includes(key)) return target.matches("input, [role=slider], [role=tab], [role=option]");
  return key === " " && target.matches(PRESSED);
}
