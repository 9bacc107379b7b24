// PURE: the lines that a stroke consists of, in pixels; `generation/reviews/notes/stills.py` burns the same into pictures.

const HEAD_LENGTH = 5;
const HEAD_ANGLE = (28 * Math.PI) / 180;

// `size` is {width, height}. Answers how thick the stroke is and the paths that are drawn, as lists of [x, y].
export function linesOf({ tool, width, points }, size) {
  const line = Math.max(1, width * size.height);
  const places = points.map(([x, y]) => [x * size.width, y * size.height]);
  return { line, paths: pathsOf(tool, places, line) };
}

function pathsOf(tool, points, line) {
  if (tool === "pen") return [points.length > 1 ? points : [...points, ...points]];
  const [[x1, y1], [x2, y2]] = points;
  if (tool === "box") return [[[x1, y1], [x2, y1], [x2, y2], [x1, y2], [x1, y1]]];
  const back = Math.atan2(y1 - y2, x1 - x2);
  const reach = Math.min(HEAD_LENGTH * line, Math.hypot(x1 - x2, y1 - y2));
  const [left, right] = [-HEAD_ANGLE, HEAD_ANGLE].map((turn) => [
    x2 + reach * Math.cos(back + turn),
    y2 + reach * Math.sin(back + turn),
  ]);
  return [points, [left, [x2, y2], right]];
}

// A stroke as an SVG group.
export function drawn(stroke, size) {
  const group = made("g", { class: `stroke stroke-${stroke.color}` });
  const { line, paths } = linesOf(stroke, size);
  for (const path of paths) {
    const points = path.map(([x, y]) => `${x.toFixed(1)},${y.toFixed(1)}`).join(" ");
    group.append(made("polyline", { points, "stroke-width": line.toFixed(1) }));
  }
  return group;
}

export function made(name, attributes) {
  const element = document.createElementNS("http://www.w3.org/2000/svg", name);
  for (const [key, value] of Object.entries(attributes)) element.setAttribute(key, value);
  return element;
}
