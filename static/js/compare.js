// All that the page of two takes is made of. The page loads this file alone: see composer.js.

import "./compare-player.js";
