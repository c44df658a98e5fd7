/* Builds the nine bundles: node build.mjs [--outdir DIR] [--watch]
 *
 * The same sources give the same bytes on every machine: esbuild is pinned, nothing carries a
 * time or a path, and there are no source maps. The result is committed, so that installing
 * from the repository needs no Node; tests/packaging rebuilds it and compares.
 *
 * loader.js   a classic script, alone on every public page
 * chat.js     a module that the loader imports at the first opening
 * assist.js   a module that the loader imports where a site may watch
 * visit.js    a module that assist.js imports after a yes
 * badge.js    a classic script on every page of Wagtail's admin
 * console.js  a classic script on the console's page
 * triggers.js a classic script where triggers are written
 * study.js    a classic script where exchanges are studied
 * preview.js  a module in the preview of what is written
 *
 * CSS: `import css from "./panel.css?inline"` gives the text (for a shadow root);
 * `import "./console.css"` writes console.css beside console.js.
 */
import { dirname, join, relative, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import * as esbuild from "esbuild";

const here = dirname(fileURLToPath(import.meta.url));
const root = resolve(here, "../..");

const { values: options } = parseArgs({
  options: {
    outdir: { type: "string", default: join(here, "../static/wagtail_livechat") },
    watch: { type: "boolean", default: false },
  },
});

const shared = {
  absWorkingDir: root,
  bundle: true,
  charset: "utf8",
  define: { "process.env.NODE_ENV": '"production"' },
  legalComments: "none",
  logLevel: "warning",
  minify: true,
  target: "es2020",
  tsconfig: join(root, "tsconfig.json"),
};

/** `./panel.css?inline` is the bundled, minified style sheet as a string. */
const inlineCss = {
  name: "inline-css",
  setup(build) {
    build.onResolve({ filter: /\.css\?inline$/ }, (args) => ({
      path: relative(root, resolve(args.resolveDir, args.path.replace(/\?inline$/, ""))),
      namespace: "inline-css",
    }));
    build.onLoad({ filter: /.*/, namespace: "inline-css" }, async (args) => {
      const file = join(root, args.path);
      const result = await esbuild.build({
        ...shared,
        entryPoints: [file],
        metafile: true,
        write: false,
      });
      return {
        contents: result.outputFiles[0].text.trimEnd(),
        loader: "text",
        watchFiles: Object.keys(result.metafile.inputs).map((path) => join(root, path)),
      };
    });
  },
};

const bundles = [
  { name: "loader", entry: "loader/index.ts", format: "iife" },
  { name: "chat", entry: "chat/index.tsx", format: "esm" },
  // Where a browser is too old for it nobody is asked, and so nobody is watched.
  { name: "assist", entry: "assist/index.ts", format: "esm", target: "es2022" },
  { name: "visit", entry: "visit/index.ts", format: "esm", target: "es2022" },
  // Wagtail's admin asks for a recent browser: private fields need no longhand there.
  { name: "badge", entry: "badge/index.ts", format: "iife", target: "es2022" },
  { name: "console", entry: "console/index.tsx", format: "iife", target: "es2022" },
  { name: "triggers", entry: "triggers/index.ts", format: "iife", target: "es2022" },
  { name: "study", entry: "study/index.ts", format: "iife", target: "es2022" },
  { name: "preview", entry: "preview/index.ts", format: "esm", target: "es2022" },
];

for (const { name, entry, format, target = shared.target } of bundles) {
  const settings = {
    ...shared,
    entryPoints: { [name]: join(here, entry) },
    format,
    target,
    outdir: resolve(options.outdir),
    plugins: [inlineCss],
  };
  if (options.watch) {
    await (await esbuild.context({ ...settings, logLevel: "info" })).watch();
  } else {
    await esbuild.build(settings);
  }
}
