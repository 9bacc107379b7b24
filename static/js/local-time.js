// Writes every <time datetime> in the reader's own time zone: the server writes UTC, which stays in the title.

const { lang } = document.documentElement;
const today = new Intl.DateTimeFormat(lang, { timeStyle: "short" });
const thisYear = new Intl.DateTimeFormat(lang, { month: "short", day: "numeric", hour: "2-digit", minute: "2-digit" });
const older = new Intl.DateTimeFormat(lang, { dateStyle: "medium" });
const exact = new Intl.DateTimeFormat(lang, { timeStyle: "medium" });

function written(moment, form) {
  const now = new Date();
  if (form === "exact") return exact.format(moment);
  if (moment.toDateString() === now.toDateString()) return today.format(moment);
  return (moment.getFullYear() === now.getFullYear() ? thisYear : older).format(moment);
}

function localise(root) {
  for (const time of root.querySelectorAll("time[datetime]:not([title])")) {
    const moment = new Date(time.dateTime);
    if (Number.isNaN(moment.valueOf())) continue;
    time.title = moment.toLocaleString(lang);
    time.textContent = written(moment, time.dataset.form);
  }
}

localise(document);
document.addEventListener("htmx:load", (event) => localise(event.target.parentElement ?? document));
