/** The element on the page: first in its order, so that its question is among the first stops. */
import { dress } from "../loader/frame";
import type { Config } from "../loader/config";
import { adopt } from "../styles/adopt";
import css from "../styles/assist.css?inline";

export interface Place {
  readonly root: ShadowRoot;
  readonly frame: HTMLElement;
  /** What is read out without being shown. */
  announce(text: string): void;
  /** Be where we belong, whatever was swapped. */
  stay(): void;
  remove(): void;
}

export function createPlace(document: Document, config: Config): Place {
  const element = document.createElement("livechat-assist");
  const root = element.attachShadow({ mode: "open" });
  adopt(root, css);
  const frame = document.createElement("div");
  dress(frame, config);
  // The launcher's corner stays free.
  frame.classList.add(config.position === "right" ? "left" : "right");
  const announcer = document.createElement("p");
  announcer.className = "unseen";
  announcer.setAttribute("role", "status");
  root.append(frame, announcer);
  return {
    root,
    frame,
    announce(text) {
      announcer.textContent = text;
    },
    stay() {
      // Beside the body: a page that swaps its body does not touch it.
      const { documentElement, body } = document;
      const before = element.compareDocumentPosition(body) & Node.DOCUMENT_POSITION_FOLLOWING;
      if (!element.isConnected || !before) documentElement.insertBefore(element, body);
    },
    remove() {
      element.remove();
    },
  };
}
