import "../elements/run-comparison.js";
