/** `import css from "./panel.css?inline"`: the style sheet as text, bundled and minified,
 * for a shadow root. A plain `import "./console.css"` writes a file beside the bundle. */
declare module "*.css?inline" {
  const css: string;
  export default css;
}
declare module "*.css" {}
