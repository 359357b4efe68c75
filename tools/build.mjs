// Builds what the pages load besides static/css: bundles of our modules with Chart.js, the fonts, the icon sprite and plotly.js.
//   node tools/build.mjs [--watch]
// Everything goes to build/static, which git ignores and Django's static files finder serves. docs/adr/0011 says why a bundle.
import { copyFileSync, existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join, relative } from "node:path";
import { fileURLToPath } from "node:url";
import * as esbuild from "esbuild";

const root = join(dirname(fileURLToPath(import.meta.url)), "..");
const out = join(root, "build", "static");
const modules = join(root, "node_modules");

/** @param {string} folder @param {RegExp} wanted @returns {string[]} Every matching file below the folder, if it is there. */
function files(folder, wanted) {
  if (!existsSync(join(root, folder))) return []; // git keeps no empty folder
  return readdirSync(join(root, folder), { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && wanted.test(entry.name))
    .map((entry) => join(entry.parentPath, entry.name));
}

/** Copies the variable fonts with the unicode ranges their package states, so that a browser loads only what a page uses. */
function fonts() {
  const folder = join(out, "vendor", "fonts");
  mkdirSync(folder, { recursive: true });
  const sheets = ["inter", "jetbrains-mono"].map((family) => {
    const source = join(modules, "@fontsource-variable", family);
    const sheet = readFileSync(join(source, "index.css"), "utf8");
    return sheet.replace(/url\(\.\/files\/([^)]+)\)/g, (_, name) => {
      copyFileSync(join(source, "files", name), join(folder, name));
      return `url("fonts/${name}")`;
    });
  });
  writeFileSync(join(out, "vendor", "fonts.css"), sheets.join("\n"));
}

// {% icon "x" %} and icon="x" in templates, icon="x" and "icon": "x" in Python, icon("x"), iconUrl("x") and icon: "x" in scripts. No other spelling is found.
const ICON = /(?:\{%\s*icon\s+|\bicon(?:=|(?:Url)?\(|"?:\s*))["']([a-z0-9-]+)["']/g;

/** @returns {Map<string, string>} Icon name -> a file that uses it. */
function usedIcons() {
  const sources = [...files("templates", /\.html$/), ...files("static/js", /\.js$/), ...files("apps", /\.py$/)];
  const used = new Map();
  for (const source of sources) {
    for (const [, name] of readFileSync(source, "utf8").matchAll(ICON)) used.set(name, relative(root, source));
  }
  return used;
}

/** @param {string} name @param {string} user @returns {string} One symbol of the sprite. */
function symbol(name, user) {
  const filled = name.endsWith("-filled");
  const path = join(modules, "@tabler/icons/icons", filled ? "filled" : "outline", `${name.replace(/-filled$/, "")}.svg`);
  let svg;
  try {
    svg = readFileSync(path, "utf8");
  } catch {
    throw new Error(`${user} uses the icon "${name}", which @tabler/icons does not have`);
  }
  const body = svg.slice(svg.indexOf(">", svg.indexOf("<svg")) + 1, svg.lastIndexOf("</svg>"));
  const shapes = body
    .replace(/<path stroke="none" d="M0 0h24v24H0z" fill="none" ?\/>/, "")
    .trim()
    .replace(/\s*\n\s*/g, "");
  const paint = filled
    ? 'fill="currentColor"'
    : 'fill="none" stroke="currentColor" stroke-width="1.75" stroke-linecap="round" stroke-linejoin="round"';
  return `<symbol id="${name}" viewBox="0 0 24 24" ${paint}>${shapes}</symbol>`;
}

function icons() {
  const used = usedIcons();
  const symbols = [...used.keys()].sort().map((name) => symbol(name, used.get(name)));
  writeFileSync(join(out, "vendor", "icons.svg"), `<svg xmlns="http://www.w3.org/2000/svg">\n${symbols.join("\n")}\n</svg>\n`);
  return used.size;
}

/** @type {esbuild.BuildOptions} */
const bundles = {
  absWorkingDir: root,
  entryPoints: ["static/js/shell.js", "static/js/theme.js", ...files("static/js/pages", /\.js$/)],
  outbase: "static/js",
  outdir: join(out, "app"),
  chunkNames: "chunks/[name]-[hash]",
  bundle: true,
  splitting: true,
  format: "esm",
  target: "es2022",
  minify: true,
  sourcemap: true,
  legalComments: "linked",
  logLevel: "warning",
};

rmSync(out, { recursive: true, force: true });
mkdirSync(join(out, "vendor"), { recursive: true });
fonts();
// As it is, and by itself: only the frames of previews that draw a figure load it.
copyFileSync(join(modules, "plotly.js-dist-min", "plotly.min.js"), join(out, "vendor", "plotly.min.js"));
const count = icons();
if (process.argv.includes("--watch")) {
  const context = await esbuild.context({ ...bundles, logLevel: "info" });
  await context.watch();
} else {
  await esbuild.build(bundles);
  console.log(`build/static: ${bundles.entryPoints.length} bundles, ${count} icons`);
}
