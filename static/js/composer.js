// All that the composer's form is made of. The page loads this file alone: in production the names of files that a page
// loads carry a hash and those of imports do not, so a module that is both loaded and imported would run twice.

import "./composer-state.js";
import "./handle-editor.js";
import "./handle-chips.js";
import "./mode-guard.js";
import "./keyframe-strip.js";
import "./draft-keeper.js";
import "./note-frame.js";
