/** Joins panel, session and page: what the loader mounts. */
import { createRef, render } from "preact";
import type { Chat, ChatHost } from "../loader/host";
import { storageOf, storagePrefix } from "../loader/memory";
import { adopt } from "../styles/adopt";
import css from "../styles/panel.css?inline";
import { speaker } from "../texts";
import { createDraft, keeper } from "./draft";
import { Panel, type PanelActs } from "./Panel";
import { Session } from "./session";
import { createSound } from "./sound";
import { isOngoing, unread } from "./state";
import { createTimes } from "./times";
import { followViewport } from "./viewport";

const ACTS = ["pointerdown", "keydown"] as const;

export function mountChat(host: ChatHost): Chat {
  const { config, window, place, root } = host;
  const { document } = window;
  const say = speaker(config.texts);
  const times = createTimes(config.language, say);
  const sound = createSound(window);
  const ownStorage = storageOf(window, "sessionStorage");
  const prefix = storagePrefix(config.site);
  const draft = createDraft(ownStorage, storageOf(window, "localStorage"), `${prefix}draft`);
  const places = keeper(ownStorage, `${prefix}place`);
  const panel = createRef<HTMLElement>();
  const field = createRef<HTMLTextAreaElement>();

  adopt(root, css);
  const inside = document.createElement("div");
  inside.className = "inside";
  // Outside the panel, so that it is there before anything is to be said.
  const announcer = document.createElement("p");
  announcer.className = "hidden";
  announcer.setAttribute("role", "status");
  place.append(inside, announcer);

  let open = false;
  let startAt: number | null = null;
  let stopped = false;
  let scheduled = false;
  let wasLost = false;
  let unfollow: (() => void) | null = null;

  const announce = (text: string): void => {
    announcer.textContent = text;
  };

  const session = new Session({
    window,
    config,
    emit: host.emit,
    page: host.page,
    staleReason: say("failed_old"),
    onChange: () => changed(),
    onNews({ kind, text, sender, guidance }) {
      const who = kind === "signpost" ? say("signpost") : sender?.alias || say("team_member");
      const pages = guidance?.cards.map((card) => card.title) ?? [];
      if (open) announce(`${who}: ${[text, ...pages].filter(Boolean).join(" ")}`);
      else announce(say("launcher_unread", { count: unread(session.state) }));
      if (session.remembered.sound && (!open || !document.hasFocus())) sound.play();
    },
  });

  const changed = (): void => {
    if (stopped || scheduled) return;
    scheduled = true;
    queueMicrotask(() => {
      scheduled = false;
      if (!stopped) settle();
    });
  };

  /** Bring element, loader and storage in line with the state. */
  const settle = (): void => {
    const { state, remembered } = session;
    // Until the server has said how things stand, what was remembered stands.
    const ongoing =
      isOngoing(state) || session.hasUnsent || (!state.wasOpen && remembered.ongoing);
    if (state.status.type === "open" && remembered.ongoing !== ongoing) session.note({ ongoing });
    else if (ongoing && !remembered.ongoing) session.note({ ongoing: true });

    const lost = state.status.type === "lost";
    if (open && lost && !wasLost && state.wasOpen) announce(say("offline"));
    if (open && wasLost && state.status.type === "open") announce(say("online"));
    if (lost || state.status.type === "open") wasLost = lost;

    draw();
    host.changed({
      open,
      kept: ongoing || unread(state) > 0 || (open && (draft.text.trim() !== "" || state.conversation !== null)),
      unread: unread(state),
      available: state.available === null ? null : { available: state.available, signpost: state.signpost },
    });
    // Nothing goes on and nobody looks: the line is given back.
    if (!open && !ongoing && unread(state) === 0 && state.status.type === "open") session.stop();
  };

  const acts: PanelActs = {
    close: () => close(true),
    write(text) {
      if (!session.write(text)) return;
      setDraft("");
    },
    setDraft: (text) => setDraft(text),
    typed: () => (draft.text.trim() ? session.typing() : session.stopTyping()),
    retry: (ref) => session.retry(ref),
    takeBack(ref) {
      const text = session.takeBack(ref);
      setDraft(draft.text.trim() ? `${draft.text}\n${text}` : text);
      field.current?.focus();
    },
    judge(seq, helped) {
      session.judge(seq, helped);
      if (helped) announce(say("thanks"));
      refocus();
    },
    rate(helped) {
      session.rate(helped);
      announce(say("thanks"));
      refocus();
    },
    answer(text) {
      session.write(text);
      refocus();
    },
    person() {
      session.askForPerson();
      refocus();
    },
    seen() {
      if (open && document.visibilityState !== "hidden") session.read();
    },
    place: (top) => places.write(top === null ? "" : String(Math.round(top))),
    setSound(on) {
      session.note({ sound: on });
      if (!on) return;
      sound.allow();
      sound.play();
    },
    setSharing: (on) => session.setSharing(on),
    choose: () => host.choices?.(),
    end: () => session.end(),
    async forget() {
      await session.forget();
      setDraft("");
    },
    again: () => session.again(),
    reload: () => window.location.reload(),
  };

  const draw = (): void => {
    render(
      open ? (
        <Panel
          config={config}
          say={say}
          times={times}
          state={session.state}
          draft={draft.text}
          sound={session.remembered.sound}
          sharing={session.remembered.sharing}
          page={host.page() === null ? null : document.title}
          keepsNothing={!session.lasting && session.hasUnsent}
          panel={panel}
          field={field}
          startAt={startAt}
          act={acts}
        />
      ) : null,
      inside,
    );
  };

  const setDraft = (text: string): void => {
    draft.write(text);
    changed();
  };

  // A virtual keyboard that jumps up unasked hides what is to be read.
  const refocus = (): void => {
    const touch = window.matchMedia("(pointer: coarse)").matches;
    (touch ? panel.current : field.current)?.focus();
  };

  const openPanel = (focus: boolean): void => {
    if (stopped) return;
    if (!open) {
      open = true;
      const top = Number.parseInt(places.read(), 10);
      startAt = Number.isNaN(top) ? null : top;
      announce("");
      session.note({ open: true });
      session.start();
      settle();
      unfollow = followViewport(window, () => panel.current);
      host.emit("opened", {});
    }
    if (focus) refocus();
  };

  const close = (focus: boolean): void => {
    if (!open || stopped) return;
    const held = panel.current?.contains(root.activeElement) ?? false;
    open = false;
    unfollow?.();
    unfollow = null;
    session.stopTyping();
    session.note({ open: false });
    settle();
    if (focus || held) host.focusLauncher();
    host.emit("closed", {});
  };

  const elsewhere = (event: StorageEvent): void => {
    if (event.storageArea === ownStorage) return;
    if (draft.heard(event)) changed();
    session.heard(event);
  };
  const visible = (): void => {
    // Messages that came while the tab was hidden are read when it is looked at.
    if (document.visibilityState === "hidden") return;
    session.pageChanged();
    if (open) {
      const log = root.querySelector(".log");
      log?.dispatchEvent(new Event("scroll"));
    }
  };
  const wake = (): void => {
    if (session.remembered.sound) sound.allow();
  };
  window.addEventListener("storage", elsewhere);
  window.addEventListener("pagehide", draft.keep);
  window.addEventListener("focus", visible);
  document.addEventListener("visibilitychange", visible);
  // Browsers stay silent until the visitor did something, with whatever they have at hand.
  for (const act of ACTS) window.addEventListener(act, wake);

  // A conversation that goes on is followed also while the panel is closed.
  if (session.remembered.ongoing || session.hasUnsent) session.start();

  return {
    open: ({ focus }) => openPanel(focus),
    close: () => close(false),
    pageChanged() {
      session.pageChanged();
      changed();
    },
    stop() {
      if (stopped) return;
      unfollow?.();
      window.removeEventListener("storage", elsewhere);
      window.removeEventListener("pagehide", draft.keep);
      window.removeEventListener("focus", visible);
      document.removeEventListener("visibilitychange", visible);
      for (const act of ACTS) window.removeEventListener(act, wake);
      session.stop();
      sound.stop();
      stopped = true;
      render(null, inside);
      place.replaceChildren();
    },
  };
}
