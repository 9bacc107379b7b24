// A review session: the page's one entry.

import "./take-player.js";
import "./drawing-board.js";
import "./note-list.js";
import "./note-form.js";
import "./mention-offers.js";
import "./help-card.js";
import "./verdict-keys.js";
import "./playlist-session.js";
