/** How everything of ours on a page is dressed: in the site's colours, language and direction. */
import type { Config } from "./config";

export function dress(frame: HTMLElement, config: Config): void {
  frame.className = "frame";
  frame.dataset["theme"] = config.theme;
  frame.dir = config.dir;
  frame.lang = config.language;
  for (const [name, value] of [
    ["--accent", config.accent],
    ["--accent-text", config.accent_text],
  ] as const) {
    if (/^#[0-9a-f]{3,8}$/i.test(value)) frame.style.setProperty(name, value);
  }
}
