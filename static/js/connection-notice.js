// Says that the server does not answer while a live part of the page cannot refresh itself, and when it does again.

const notice = document.querySelector("#connection-notice");

document.addEventListener("htmx:sendError", () => (notice.hidden = false));
document.addEventListener("htmx:afterRequest", (event) => {
  if (event.detail.successful) notice.hidden = true;
});
