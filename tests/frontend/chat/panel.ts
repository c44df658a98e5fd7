/** A chat's panel on a page: in a shadow root of its own, beside its launcher. */
import { mountChat } from "../../../wagtail_livechat/static_src/chat/chat";
import type { Chat, ChatHost } from "../../../wagtail_livechat/static_src/loader/host";
import { CONFIG } from "../widget";

export interface Panel {
  readonly chat: Chat;
  readonly root: ShadowRoot;
  readonly place: HTMLElement;
  readonly launcher: HTMLButtonElement;
}

export function mountPanel(change: Partial<ChatHost> = {}): Panel {
  const element = document.createElement("div");
  const root = element.attachShadow({ mode: "open" });
  const place = document.createElement("div");
  const launcher = document.createElement("button");
  root.append(place, launcher);
  document.body.append(element);
  const chat = mountChat({
    place,
    root,
    config: CONFIG,
    window,
    emit: () => undefined,
    page: () => "token-1",
    focusLauncher: () => launcher.focus(),
    changed: () => undefined,
    ...change,
  });
  return { chat, root, place, launcher };
}
