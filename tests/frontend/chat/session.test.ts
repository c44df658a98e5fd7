// @vitest-environment happy-dom
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { Session } from "../../../wagtail_livechat/static_src/chat/session";
import { createConnection } from "../../../wagtail_livechat/static_src/connection";
import { NOTHING, recall, remember } from "../../../wagtail_livechat/static_src/loader/memory";
import type { VisitorCommand, VisitorUpdate } from "../../../wagtail_livechat/static_src/protocol";
import { CONFIG } from "../widget";
import { conversation, ready } from "./samples";

const KEY = "livechat:3:state";
const kept = () => recall(localStorage, 3, Date.now());

/** One tab of a visitor, with a line that is simply open. */
class Tab {
  readonly sent: VisitorCommand[] = [];
  readonly session: Session;
  #tell: (update: VisitorUpdate) => void = () => undefined;

  constructor(page: string | null) {
    const connect = ((options: { onUpdate: (update: VisitorUpdate) => void; onStatus: (status: object) => void }) => {
      this.#tell = options.onUpdate;
      const line = {
        status: { type: "idle" } as object,
        start(): void {
          line.status = { type: "open", by: "socket" };
          options.onStatus(line.status);
        },
        stop: () => undefined,
        check: () => undefined,
        resync: () => undefined,
        send: (command: VisitorCommand): boolean => this.sent.push(command) > 0,
      };
      return line;
    }) as unknown as typeof createConnection;
    this.session = new Session({
      window,
      config: CONFIG,
      emit: () => undefined,
      page: () => page,
      staleReason: "",
      onChange: () => undefined,
      onNews: () => undefined,
      connect,
    });
    this.session.start();
  }

  readonly says = (update: VisitorUpdate): void => this.#tell(update);

  /** What this tab asked the server to show, and to stop showing. */
  get shown(): (string | null)[] {
    return this.sent.flatMap((command) => (command.type === "page.share" ? [command.page ?? null] : []));
  }
}

const tabs: Tab[] = [];
function tab(page: string | null): Tab {
  const opened = new Tab(page);
  tabs.push(opened);
  return opened;
}
const changed = (page_shared: boolean, revision = 2): VisitorUpdate => ({
  type: "conversation.changed",
  conversation: conversation({ page_shared, revision }),
});

beforeEach(() => {
  localStorage.clear();
  sessionStorage.clear();
});
afterEach(() => {
  for (const each of tabs.splice(0)) each.session.stop();
});

describe("showing the page", () => {
  test("a wish from before the first message is fulfilled with it", () => {
    const first = tab("token-1");
    first.says(ready());
    first.session.setSharing(true);
    expect(first.shown).toEqual([]);
    first.says({ type: "conversation.changed", conversation: conversation({ state: "waiting" }) });
    expect(first.shown).toEqual(["token-1"]);
  });

  test("a withdrawal that never reached the server is made good by the next page", () => {
    const next = tab("token-1");
    next.says(ready({ conversation: conversation({ page_shared: true }) }));
    expect(next.shown).toEqual([null]);
  });

  test("what one tab chose is not undone by what another one remembers", () => {
    remember(localStorage, 3, { ...NOTHING, open: true, sharing: true, shows: "token-1", at: Date.now() });
    const [first, second] = [tab("token-1"), tab("token-2")];
    second.says(ready({ conversation: conversation({ page_shared: true }) }));
    first.says(ready({ conversation: conversation({ page_shared: true }) }));
    second.session.setSharing(false);
    first.session.note({ open: false, ongoing: true });
    expect(kept()).toMatchObject({ open: false, ongoing: true, sharing: false });
    expect(first.session.remembered.sharing).toBe(false);
  });

  test("the choice in one tab is heard in the other, which shows nothing of its own for it", () => {
    const [first, second] = [tab("token-1"), tab("token-2")];
    for (const each of [first, second]) each.says(ready({ conversation: conversation() }));
    first.session.setSharing(true);
    second.session.heard({ key: KEY });
    expect(second.session.remembered).toMatchObject({ sharing: true, shows: "token-1" });
    for (const each of [first, second]) each.says(changed(true));
    expect([first.shown, second.shown]).toEqual([["token-1"], []]);
    // The visitor looks at the other tab: that is the page then.
    second.session.pageChanged();
    expect(second.shown).toEqual(["token-2"]);
    first.session.heard({ key: KEY });
    first.session.pageChanged();
    expect(first.shown).toEqual(["token-1", "token-1"]);
  });

  test("the page that is shown already is not shown again by the next hello", () => {
    remember(localStorage, 3, { ...NOTHING, sharing: true, shows: "token-1", at: Date.now() });
    const again = tab("token-1");
    again.says(ready({ conversation: conversation({ page_shared: true }) }));
    expect(again.shown).toEqual([]);
  });

  test("what the server will not show is no longer wished", () => {
    const first = tab("token-1");
    first.says(ready({ conversation: conversation() }));
    first.session.setSharing(true);
    const [share] = first.sent as { ref: string }[];
    first.says({ type: "refused", ref: share!.ref, code: "sharing_disabled", message: "No.", retry_ms: null });
    expect(first.session.remembered.sharing).toBe(false);
  });
});

test("what was forgotten in one tab leaves nothing in the other one's memory", () => {
  const second = tab("token-2");
  second.session.note({ open: true, ongoing: true, sound: true });
  localStorage.removeItem(KEY);
  second.session.heard({ key: KEY });
  second.session.note({ open: false, ongoing: false });
  expect(localStorage.getItem(KEY)).toBeNull();
});
