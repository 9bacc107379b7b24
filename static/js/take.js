// The take page.

import "./take-player.js";
import "./drawing-board.js";
import "./note-list.js";
import "./note-form.js";
import "./mention-offers.js";
import "./help-card.js";
import "./verdict-keys.js";

// In a long stack the take of this page comes into sight.
const strip = document.querySelector(".stack-strip");
const current = strip?.querySelector("[aria-current]");
if (current) strip.scrollLeft = current.offsetLeft - strip.offsetLeft - (strip.clientWidth - current.offsetWidth) / 2;
