// Ctrl K or Command K goes to the search field of the top bar, wherever one is.

document.addEventListener("keydown", (event) => {
  const field = document.querySelector("#jump");
  if (field?.checkVisibility() && event.key.toLowerCase() === "k" && (event.ctrlKey || event.metaKey)) {
    event.preventDefault();
    field.select();
    field.focus();
  }
});
