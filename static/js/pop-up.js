// <details class="menu"> closes by Escape and by a click elsewhere, and gives the focus back to what opened it.

function close(menu) {
  menu.open = false;
  if (menu.contains(document.activeElement)) menu.querySelector("summary").focus();
}

document.addEventListener("keydown", (event) => {
  if (event.key === "Escape") document.querySelectorAll("details.menu[open]").forEach(close);
});

document.addEventListener("click", (event) => {
  for (const menu of document.querySelectorAll("details.menu[open]")) {
    if (!menu.contains(event.target)) menu.open = false;
  }
});
