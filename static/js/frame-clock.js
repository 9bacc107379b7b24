// PURE: frames, seconds and time codes of one clip, by the arithmetic of generation/reviews/timecode.py. `times` are the
// seconds at which the frames of a clip begin that does not keep to its rate.

const HAIR = 1e-4; // a player's clock may stand a hair before the moment at which a frame begins
const CODE = /^(?:(\d{1,3}):)?(\d{1,4})(?:\.(\d{1,3}))?$/;

const nominal = (fps) => Math.max(1, Math.round(fps));
const two = (number) => String(number).padStart(2, "0");

// `0.08 0.12 0.2` as numbers; of most clips there are none.
export const timesOf = (text) => (text ? text.split(" ").map(Number) : []);

// The frame that is shown at that second.
export function frameOf(second, fps, times = []) {
  if (times.length) return Math.max(0, times.findLastIndex((time) => time <= second + HAIR));
  return Math.max(0, Math.floor((second + HAIR) * fps));
}

// The second in the middle of a frame: seeking there shows this frame and no other.
export function timeOf(frame, fps, times = []) {
  if (!(frame in times)) return (frame + 0.5) / fps;
  return (times[frame] + (times[frame + 1] ?? times[frame] + 1 / fps)) / 2;
}

// `00:02.10` for frame 58 at 24 frames a second.
export function told(frame, fps) {
  const seconds = Math.floor(frame / nominal(fps));
  return `${two(Math.floor(seconds / 60))}:${two(seconds % 60)}.${two(frame % nominal(fps))}`;
}

// The frame that `00:02.10`, `2.10` or `2` names; null when it names none.
export function read(text, fps) {
  const found = CODE.exec(text.trim());
  if (!found || Number(found[3] ?? 0) >= nominal(fps)) return null;
  return (60 * Number(found[1] ?? 0) + Number(found[2])) * nominal(fps) + Number(found[3] ?? 0);
}
