// Chart.js with the parts that our charts use, set up once: no animation, no legend, no tooltip of its own.
import { Chart, LinearScale, LineController, LineElement, LogarithmicScale, PointElement } from "chart.js";

Chart.register(LineController, LineElement, PointElement, LinearScale, LogarithmicScale);
Chart.defaults.font.family = getComputedStyle(document.body).fontFamily;
Chart.defaults.font.size = 11;
Chart.defaults.animation = false;
Chart.defaults.maintainAspectRatio = false;
Chart.defaults.events = [];

export { Chart };
