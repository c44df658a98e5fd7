/** The part that is on every page: it shows the launcher when somebody can answer.
 *
 * Until the visitor's click (or a conversation that this browser already has) it asks two
 * anonymous, cacheable addresses, opens no socket and stores nothing.
 */
import { speaker } from "../texts";
import { createApi, type LiveChat } from "./api";
import { type AvailabilityWatch, watchAvailability } from "./availability";
import { anonymous, type Config } from "./config";
import type { AssistSide, Chat, ChatView, Mount, MountAssist, Standing } from "./host";
import { recall, storageOf } from "./memory";
import { findTag, sameTag, type Tag, watchSwaps } from "./tag";
import { createWidget, type Widget } from "./widget";

export interface Loader {
  readonly api: LiveChat;
  start(): void;
  stop(): void;
}

export interface LoaderOptions {
  readonly window: Window;
  /** Loads the panel: a dynamic import, given from outside for the tests. */
  readonly load: (url: string) => Promise<{ readonly mount: Mount }>;
  /** Loads what asks for consent, and what follows from a yes. */
  readonly loadAssist?: (url: string) => Promise<{ readonly mount: MountAssist }>;
  readonly now?: () => number;
}

/** Where the signpost answers somewhere, it matters where one asks; never who. */
function whereTo({ signpost, language, urls }: Config, tag: Tag | null): string {
  if (!signpost) return urls.availability;
  const query = new URLSearchParams({ language, ...(tag?.page && { page: tag.page }) });
  return `${urls.availability}?${query}`;
}

const CLOSED: ChatView = { open: false, kept: false, unread: 0, available: null };

export function createLoader({ window, load, loadAssist, now = Date.now }: LoaderOptions): Loader {
  const { document } = window;
  const { api, emit } = createApi({
    open: () => open(true),
    close: () => chat?.close(),
    choices: () => tell((side) => side.choices()),
    consent: (choice) => tell((side) => side.consent(choice)),
    page: (facts) => tell((side) => side.page(facts)),
  });

  let started = false;
  let tag: Tag | null = null;
  let config: Config | null = null;
  let widget: Widget | null = null;
  let chat: Chat | null = null;
  let assist: AssistSide | null = null;
  let untold: ((side: AssistSide) => void)[] = [];
  let loading = false;
  let view = CLOSED;
  let invited = false;
  let passive: Standing | null = null;
  let shown = false;
  let availability: AvailabilityWatch | null = null;
  let unwatchSwaps: (() => void) | null = null;

  const standing = (): Standing => view.available ?? passive ?? { available: false };
  const automatic = (): boolean => standing().signpost ?? false;
  const available = (): boolean => standing().available || automatic();

  const draw = (): void => {
    if (!widget) return;
    const visible = available() || view.kept || invited || resumes();
    // Said as it is: whoever opens it now talks with a person only if one is there.
    const alone = automatic() && !standing().available;
    widget.draw({ open: view.open, unread: view.unread, busy: loading, automatic: alone });
    widget.show(visible);
    if (shown && !visible) chat?.close();
    shown = visible;
  };

  const resumes = (): boolean =>
    !chat && config !== null && recall(storageOf(window, "localStorage"), config.site, now()).ongoing;

  const told = (value: Standing): void => {
    const before = standing();
    passive = value;
    tellPage(before);
    draw();
  };

  const tellPage = (before: Standing): void => {
    const now = standing();
    const same = before.available === now.available && !before.signpost === !now.signpost;
    if (!same) emit("availability", { available: available(), person: now.available });
  };

  const changed = (next: ChatView): void => {
    const before = standing();
    if (view.open !== next.open) assist?.chatChanged(next.open);
    if (view.open && !next.open) invited = false;
    view = next;
    // An open line tells by itself; without one we ask again.
    if (next.available === null) availability?.start();
    else {
      availability?.stop();
      passive = next.available;
    }
    tellPage(before);
    draw();
  };

  /** Keep what a page says until there is somebody to hear it. */
  const tell = (say: (side: AssistSide) => void): void => {
    if (assist) say(assist);
    else untold.push(say);
  };

  const open = (focus: boolean): void => {
    if (!config || !widget) return;
    if (focus && !available() && !view.kept && !invited && !resumes()) return;
    if (chat) return chat.open({ focus });
    void bring(config, widget, (fresh) => fresh.open({ focus }));
  };

  /** Load the panel, and mount it. */
  const bring = async (
    wanted: Config,
    inside: Widget,
    then: (fresh: Chat) => void,
  ): Promise<void> => {
    if (loading) return;
    loading = true;
    inside.complain(null);
    draw();
    try {
      const { mount } = await load(wanted.urls.chat);
      if (widget === inside && !chat) {
        // Until the panel knows better, a conversation that was going on is going on.
        view = { ...view, kept: view.kept || resumes() };
        chat = mount({
          place: inside.place,
          root: inside.root,
          config: wanted,
          window,
          emit,
          page: () => tag?.page ?? null,
          focusLauncher: () => inside.focus(),
          choices: () => api.choices(),
          changed,
        });
        then(chat);
      }
    } catch {
      inside.complain(speaker(wanted.texts)("start_failed"));
    }
    loading = false;
    draw();
  };

  /** Load what asks for consent. Without it nobody is asked, and so nobody is watched. */
  const bringAssist = async (wanted: Config): Promise<void> => {
    if (!wanted.assist || !loadAssist) return;
    try {
      const { mount } = await loadAssist(wanted.assist.urls.bundle);
      if (config !== wanted) return;
      assist = mount({
        config: wanted,
        assist: wanted.assist,
        window,
        emit,
        tag: () => tag,
        openChat: () => {
          invited = true;
          draw();
          open(true);
        },
      });
      for (const say of untold) say(assist);
      untold = [];
      assist.chatChanged(view.open);
    } catch {
      // The chat goes on without it.
    }
  };

  const leave = (): void => {
    availability?.stop();
    assist?.stop();
    assist = null;
    invited = false;
    availability = null;
    chat?.stop();
    chat = null;
    widget?.show(false);
    widget = null;
    config = null;
    view = CLOSED;
    passive = null;
    shown = false;
  };

  const arrive = async (here: Tag): Promise<void> => {
    let fresh: Config;
    try {
      fresh = await anonymous<Config>(here.config);
    } catch {
      // No configuration, no chat: the page is as it would be without us.
      return;
    }
    if (!started || tag?.config !== here.config || config) return;
    config = fresh;
    widget = createWidget(document, fresh, () => (view.open ? chat?.close() : open(true)));
    availability = watchAvailability(
      document,
      () => anonymous<Standing>(whereTo(fresh, tag)),
      told,
    );
    availability.start();
    const { ongoing, open: wasOpen } = recall(storageOf(window, "localStorage"), fresh.site, now());
    if (ongoing || wasOpen) {
      void bring(fresh, widget, (resumed) => {
        if (wasOpen) resumed.open({ focus: false });
      });
    }
    draw();
    void bringAssist(fresh);
  };

  /** Look whether the page is still the one that we know. */
  const look = (): void => {
    const found = findTag(document);
    if (sameTag(found, tag)) {
      if (shown) widget?.show(true);
      assist?.pageChanged(false);
      return;
    }
    const sameChat = found?.config === tag?.config;
    tag = found;
    if (sameChat && config) {
      chat?.pageChanged();
      assist?.pageChanged(true);
      draw();
      return;
    }
    leave();
    if (found) void arrive(found);
  };

  return {
    api,
    start() {
      if (started) return;
      started = true;
      unwatchSwaps = watchSwaps(window, look);
      look();
    },
    stop() {
      if (!started) return;
      started = false;
      unwatchSwaps?.();
      tag = null;
      leave();
    },
  };
}
