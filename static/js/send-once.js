// A form that is on its way cannot be sent again by a second click; `data-busy` on its button says what happens.
// A button with `data-stays` gives a file and leaves the page as it is, so it may be pressed again.
// Coming back with the browser's back button makes it usable again, and so does half a minute without an answer.

function release(form) {
  for (const button of form.querySelectorAll("button[data-idle]")) {
    button.textContent = button.dataset.idle;
    delete button.dataset.idle;
    button.removeAttribute("aria-disabled");
  }
  delete form.dataset.sent;
}

document.addEventListener("submit", (event) => {
  const form = event.target;
  if (form.method !== "post" || event.defaultPrevented) return;
  if (event.submitter && "stays" in event.submitter.dataset) return;
  if (form.dataset.sent) return event.preventDefault();
  form.dataset.sent = "yes";
  const button = event.submitter;
  if (button?.dataset.busy) {
    button.dataset.idle = button.textContent;
    button.textContent = button.dataset.busy;
    button.setAttribute("aria-disabled", "true");
  }
  setTimeout(() => release(form), 30_000);
});

addEventListener("pageshow", (event) => {
  if (event.persisted) document.querySelectorAll("form[data-sent]").forEach(release);
});
