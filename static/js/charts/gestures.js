// What the pointer does on a chart: drag zooms a box, Alt or Shift drag pans, Alt wheel zooms, a drag on the axis selects a
// range, double click fits. The handler gets pixels of the canvas; what they mean is the card's affair.

/**
 * @typedef {object} Handler
 * @property {() => ({left: number, top: number, right: number, bottom: number} | null)} area
 * @property {(place: {x: number, y: number}, event: PointerEvent) => void} hover
 * @property {() => void} leave
 * @property {(place: {x: number, y: number}) => void} press A click without a drag.
 * @property {(from: {x: number, y: number}, to: {x: number, y: number}) => void} zoom
 * @property {(dx: number, dy: number) => void} pan In pixels since the last call.
 * @property {(from: number, to: number) => void} select Pixels on the x axis.
 * @property {(x: number, factor: number) => void} wheel
 * @property {() => void} fit
 */

const CLICK = 4;

/**
 * @param {HTMLCanvasElement} canvas
 * @param {HTMLElement} box Element that shows the box being dragged.
 * @param {Handler} handler
 * @param {AbortSignal} signal Ends it.
 */
export function gestures(canvas, box, handler, signal) {
  /** @type {{x: number, y: number, mode: "zoom" | "pan" | "select", last: {x: number, y: number}} | null} */
  let drag = null;
  const on = (/** @type {string} */ type, /** @type {(event: any) => void} */ act) =>
    canvas.addEventListener(type, act, { signal });
  const placeOf = (/** @type {MouseEvent} */ event) => {
    const bounds = canvas.getBoundingClientRect();
    return { x: event.clientX - bounds.left, y: event.clientY - bounds.top };
  };
  const end = () => {
    box.hidden = true;
    drag = null;
  };

  on("pointerdown", (/** @type {PointerEvent} */ event) => {
    const area = handler.area();
    if (!area || event.button !== 0) return;
    const place = placeOf(event);
    const mode = place.y > area.bottom ? "select" : event.altKey || event.shiftKey ? "pan" : "zoom";
    drag = { ...place, mode, last: place };
    canvas.setPointerCapture(event.pointerId);
  });
  on("pointermove", (/** @type {PointerEvent} */ event) => {
    const place = placeOf(event);
    if (!drag) return handler.hover(place, event);
    if (drag.mode === "pan") handler.pan(place.x - drag.last.x, place.y - drag.last.y);
    else if (far(drag, place)) outline(box, canvas, handler.area(), drag, place);
    drag.last = place;
  });
  on("pointerup", (/** @type {PointerEvent} */ event) => {
    if (!drag) return;
    const place = placeOf(event);
    if (!far(drag, place)) handler.press(place);
    else handler.leave();
    if (far(drag, place) && drag.mode === "zoom") handler.zoom(drag, place);
    if (far(drag, place) && drag.mode === "select") handler.select(drag.x, place.x);
    end();
  });
  on("pointercancel", end);
  on("pointerleave", () => drag || handler.leave());
  on("dblclick", () => handler.fit());
  canvas.addEventListener(
    "wheel",
    (event) => {
      if (!event.altKey) return;
      event.preventDefault();
      handler.wheel(placeOf(event).x, event.deltaY < 0 ? 0.8 : 1.25);
    },
    { signal, passive: false },
  );
}

/** @param {{x: number, y: number}} a @param {{x: number, y: number}} b */
function far(a, b) {
  return Math.abs(a.x - b.x) > CLICK || Math.abs(a.y - b.y) > CLICK;
}

/**
 * A drag that is much wider than high zooms x alone, and shows so.
 * @param {{x: number, y: number}} from
 * @param {{x: number, y: number}} to
 */
export function isFlat(from, to) {
  return Math.abs(to.y - from.y) < 16;
}

/**
 * @param {HTMLElement} box
 * @param {HTMLCanvasElement} canvas
 * @param {{left: number, top: number, right: number, bottom: number} | null} area
 * @param {{x: number, y: number, mode: string}} from
 * @param {{x: number, y: number}} to
 */
function outline(box, canvas, area, from, to) {
  if (!area) return;
  const whole = from.mode === "select" || isFlat(from, to);
  const [left, right] = [Math.min(from.x, to.x), Math.max(from.x, to.x)].map((x) => Math.max(area.left, Math.min(area.right, x)));
  const [top, bottom] = whole
    ? [area.top, area.bottom]
    : [Math.min(from.y, to.y), Math.max(from.y, to.y)].map((y) => Math.max(area.top, Math.min(area.bottom, y)));
  Object.assign(box.style, {
    left: `${canvas.offsetLeft + left}px`,
    top: `${canvas.offsetTop + top}px`,
    width: `${right - left}px`,
    height: `${bottom - top}px`,
  });
  box.hidden = false;
}
