// A guest's page: what is written gets the frame that is shown, a time code leads to its frame, and the address
// of a film that has run out while the page stood open is fetched anew.

import "./help-card.js";
import "./take-player.js";
import { read, told } from "./frame-clock.js";

const player = document.querySelector("take-player");
const form = document.querySelector(".guest-say");
const RENEWED_EVERY = 5_000; // milliseconds

if (player && form) {
  const { text, at } = form.elements;
  let isOwn = at.value !== "";
  at.addEventListener("input", () => (isOwn = at.value !== ""));
  const follow = () => {
    if (!isOwn) at.value = text.value ? told(player.frame, player.fps) : "";
  };
  text.addEventListener("input", () => {
    if (player.isPlaying) player.pause();
    follow();
  });
  player.addEventListener("framechange", follow);
  at.addEventListener("change", () => {
    const frame = read(at.value, player.fps);
    if (frame !== null) player.seek(frame);
  });
}

document.addEventListener("click", (event) => {
  const code = event.target.closest("[data-seek]");
  if (!code || !player) return;
  player.pause();
  player.seek(Number(code.dataset.seek));
  player.scrollIntoView({ block: "nearest" });
});

// Addresses last some minutes. Which film is whose stays the same: only what stands after the question mark is new.
const videos = [...document.querySelectorAll("video[src]")];
let renewed = 0;

async function renew() {
  if (Date.now() - renewed < RENEWED_EVERY) return;
  renewed = Date.now();
  const answer = await fetch(location.pathname + location.search);
  if (!answer.ok) return location.reload();
  const page = new DOMParser().parseFromString(await answer.text(), "text/html");
  const fresh = new Map([...page.querySelectorAll("video[src]")].map((found) => [pathOf(found), found.src]));
  for (const video of videos.filter((one) => one.error && fresh.has(pathOf(one)))) {
    const { currentTime } = video;
    video.src = fresh.get(pathOf(video));
    video.addEventListener("loadedmetadata", () => (video.currentTime = currentTime), { once: true });
  }
}

const pathOf = (video) => new URL(video.src).pathname;

for (const video of videos) video.addEventListener("error", renew);
if (videos.some((video) => video.error)) renew();
