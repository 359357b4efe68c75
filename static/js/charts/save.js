// A chart as a file: the picture, or the points it shows.

/** @param {string} key @param {string} kind @returns {string} "val/loss" as a file's name. */
const fileName = (key, kind) => `${key.replace(/[^\w.-]+/g, "-")}.${kind}`;

/** @param {string} name @param {string} href */
function download(name, href) {
  const link = document.createElement("a");
  link.href = href;
  link.download = name;
  link.click();
}

/** @param {string} key @param {string} href A data address. */
export function savePng(key, href) {
  download(fileName(key, "png"), href);
}

/** @param {string} key @param {string} kind csv or json. @param {string} text @param {string} type */
export function saveText(key, kind, text, type) {
  const href = URL.createObjectURL(new Blob([text], { type }));
  download(fileName(key, kind), href);
  setTimeout(() => URL.revokeObjectURL(href), 1000);
}
