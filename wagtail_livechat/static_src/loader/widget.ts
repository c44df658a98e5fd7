/** The element on the page: a shadow root with the launcher, and a place for the panel.
 *
 * It hangs on the root element, beside the body: a page that swaps its body does not touch it,
 * and the host's style sheets do not reach into it.
 */
import { adopt } from "../styles/adopt";
import css from "../styles/launcher.css?inline";
import { speaker } from "../texts";
import { type Config, languageOf } from "./config";
import { dress } from "./frame";

const SVG = "http://www.w3.org/2000/svg";
const BUBBLE = "M12 3C6.5 3 2 6.8 2 11.5c0 2.5 1.3 4.8 3.4 6.3-.2 1-.7 2.2-1.7 3.2 1.9 0 3.6-.7 4.8-1.6 1.1.4 2.3.6 3.5.6 5.5 0 10-3.8 10-8.5S17.5 3 12 3z";
const DOWN = "M5.5 9l6.5 6.5L18.5 9";

export interface Widget {
  readonly root: ShadowRoot;
  readonly place: HTMLElement;
  /** Put it on the page, or take it off. */
  show(visible: boolean): void;
  draw(view: {
    readonly open: boolean;
    readonly unread: number;
    readonly busy: boolean;
    /** No person is there: the signpost answers. */
    readonly automatic: boolean;
  }): void;
  /** Say once, and show, that something went wrong; `null` takes it away. */
  complain(text: string | null): void;
  focus(): void;
}

export function createWidget(document: Document, config: Config, clicked: () => void): Widget {
  const say = speaker(config.texts);
  const element = document.createElement("livechat-widget");
  const root = element.attachShadow({ mode: "open" });
  adopt(root, css);

  const frame = document.createElement("aside");
  dress(frame, config);
  frame.classList.add(config.position);
  frame.lang = config.words.language;
  frame.setAttribute("aria-label", say("panel", { team: config.team.name }));

  const place = document.createElement("div");
  place.className = "place";

  const complaint = document.createElement("p");
  complaint.className = "complaint";
  complaint.setAttribute("role", "alert");
  complaint.hidden = true;

  const button = document.createElement("button");
  button.type = "button";
  button.className = "launcher";
  button.setAttribute("aria-haspopup", "dialog");
  button.setAttribute("aria-expanded", "false");
  button.addEventListener("click", clicked);
  const path = document.createElementNS(SVG, "path");
  const icon = document.createElementNS(SVG, "svg");
  icon.setAttribute("viewBox", "0 0 24 24");
  icon.setAttribute("aria-hidden", "true");
  icon.append(path);
  const badge = document.createElement("span");
  badge.className = "badge";
  badge.setAttribute("aria-hidden", "true");
  button.append(icon, badge);

  frame.append(place, complaint, button);
  root.append(frame);

  const draw: Widget["draw"] = ({ open, unread, busy, automatic }) => {
    const closed = automatic ? "launcher_signpost" : "launcher";
    const label = open
      ? say("close")
      : unread > 0
        ? say("launcher_unread", { count: unread })
        : say(closed);
    button.setAttribute("aria-label", label);
    button.setAttribute("aria-expanded", String(open));
    button.setAttribute("aria-busy", String(busy));
    button.title = label;
    button.lang = languageOf(config, open || unread > 0 ? "close" : closed);
    path.setAttribute("d", open ? DOWN : BUBBLE);
    frame.classList.toggle("open", open);
    badge.textContent = unread > 99 ? "99+" : String(unread);
    badge.hidden = open || unread === 0;
  };
  draw({ open: false, unread: 0, busy: false, automatic: false });

  return {
    root,
    place,
    draw,
    show(visible) {
      if (!visible) {
        element.remove();
        return;
      }
      // Wagtail's own button for editors may stand in the same corner.
      frame.classList.toggle("raised", document.querySelector("wagtail-userbar") !== null);
      if (!element.isConnected) document.documentElement.append(element);
    },
    complain(text) {
      complaint.textContent = text ?? "";
      complaint.hidden = !text;
    },
    focus() {
      button.focus();
    },
  };
}
