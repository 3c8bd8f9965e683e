// Opens a chart that is wider than its frame at its middle, where most of it is.
"use strict";

const frame = document.querySelector(".register-chart__frame");
if (frame) frame.scrollLeft = (frame.scrollWidth - frame.clientWidth) / 2;
