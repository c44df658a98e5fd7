import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import type { AssistHost, AssistSide, Chat, ChatHost, ChatView } from "../../../wagtail_livechat/static_src/loader/host";
import { createLoader, type Loader } from "../../../wagtail_livechat/static_src/loader/loader";
import { findTag, sameTag } from "../../../wagtail_livechat/static_src/loader/tag";
import { recall, remember } from "../../../wagtail_livechat/static_src/loader/memory";
import { ASSIST, WATCHING } from "../assist/site";
import { CONFIG, inWidget, putTag, type Site, siteAnswers, widgets } from "../widget";

const CLOSED: ChatView = { open: false, kept: false, unread: 0, available: null };

describe("the loader", () => {
  let site: Site;
  let loader: Loader;
  let hosts: ChatHost[];
  let chat: { [Verb in keyof Chat]: ReturnType<typeof vi.fn> };
  let loads: string[];
  let load: () => Promise<void>;
  let assistHosts: AssistHost[];
  let assist: { [Verb in keyof AssistSide]: ReturnType<typeof vi.fn> };

  beforeEach(() => {
    vi.useFakeTimers();
    localStorage.clear();
    document.body.replaceChildren();
    site = siteAnswers();
    hosts = [];
    loads = [];
    assistHosts = [];
    assist = {
      choices: vi.fn(),
      consent: vi.fn(),
      page: vi.fn(),
      pageChanged: vi.fn(),
      chatChanged: vi.fn(),
      stop: vi.fn(),
    };
    load = async () => undefined;
    chat = { open: vi.fn(), close: vi.fn(), pageChanged: vi.fn(), stop: vi.fn() };
    loader = createLoader({
      window,
      load: async (url) => {
        loads.push(url);
        await load();
        return {
          mount: (host: ChatHost) => {
            hosts.push(host);
            return chat as unknown as Chat;
          },
        };
      },
      loadAssist: async (url) => {
        loads.push(url);
        await load();
        return {
          mount: (host: AssistHost) => {
            assistHosts.push(host);
            return assist as unknown as AssistSide;
          },
        };
      },
    });
  });

  afterEach(() => {
    loader.stop();
    expect(widgets()).toEqual([]);
    expect(vi.getTimerCount()).toBe(0);
    vi.useRealTimers();
  });

  const pass = (ms = 0): Promise<unknown> => vi.advanceTimersByTimeAsync(ms);
  const arrive = async (): Promise<void> => {
    putTag();
    loader.start();
    await pass();
  };
  const launcher = (): HTMLButtonElement => inWidget<HTMLButtonElement>(".launcher")!;

  test("somebody can answer: the launcher is there, with its name", async () => {
    await arrive();
    expect(widgets()).toHaveLength(1);
    expect(launcher().getAttribute("aria-label")).toBe("launcher");
    expect(launcher().getAttribute("aria-expanded")).toBe("false");
  });

  test("the signpost alone can answer: the launcher is there, and says so", async () => {
    site.available = false;
    site.signpost = true;
    await arrive();
    expect(launcher().getAttribute("aria-label")).toBe("launcher_signpost");
    site.available = true;
    await pass(5_000);
    expect(launcher().getAttribute("aria-label")).toBe("launcher");
  });

  test("where one asks is said only where the signpost may make a difference", async () => {
    await arrive();
    expect(site.asked.map(({ url }) => url)).toContain("/livechat/availability/");
    loader.stop();
    document.body.replaceChildren();
    site = siteAnswers({ ...CONFIG, signpost: true });
    await arrive();
    expect(site.asked.map(({ url }) => url)).toContain("/livechat/availability/?language=en&page=token-1");
  });

  test("nobody can answer: there is no element at all", async () => {
    site.available = false;
    await arrive();
    expect(widgets()).toEqual([]);
  });

  test("before the click it asks anonymously, stores nothing and loads nothing", async () => {
    await arrive();
    await pass(60_000);
    expect(site.asked.every(({ init }) => init.credentials === "omit" && !init.method)).toBe(true);
    expect(localStorage.length).toBe(0);
    expect(sessionStorage.length).toBe(0);
    expect(loads).toEqual([]);
  });

  test("a team that leaves is noticed on a passive page within five seconds", async () => {
    await arrive();
    site.available = false;
    await pass(5_000);
    expect(widgets()).toEqual([]);
    site.available = true;
    await pass(5_000);
    expect(widgets()).toHaveLength(1);
  });

  test("what cannot be asked leaves things as they are", async () => {
    await arrive();
    site.broken = true;
    await pass(25_000);
    expect(widgets()).toHaveLength(1);
  });

  test("a hidden page does not ask", async () => {
    await arrive();
    const asked = site.asked.length;
    const visibility = vi.spyOn(document, "visibilityState", "get").mockReturnValue("hidden");
    await pass(120_000);
    expect(site.asked.length).toBe(asked);
    visibility.mockReturnValue("visible");
    document.dispatchEvent(new Event("visibilitychange"));
    await pass();
    expect(site.asked.length).toBe(asked + 1);
  });

  test("the click loads the panel once and opens it", async () => {
    await arrive();
    launcher().click();
    launcher().click();
    await pass();
    expect(loads).toEqual([CONFIG.urls.chat]);
    expect(hosts).toHaveLength(1);
    expect(chat.open).toHaveBeenCalledWith({ focus: true });
  });

  test("a panel that cannot be loaded is said, and can be tried again", async () => {
    load = async () => {
      throw new TypeError("network");
    };
    await arrive();
    launcher().click();
    await pass();
    expect(inWidget("[role=alert]")?.textContent).toBe("start_failed");
    load = async () => undefined;
    launcher().click();
    await pass();
    expect(hosts).toHaveLength(1);
    expect(inWidget("[role=alert]")?.textContent).toBe("");
  });

  test("open, the launcher says so and closes; unread messages are counted on it", async () => {
    await arrive();
    launcher().click();
    await pass();
    hosts[0]!.changed({ ...CLOSED, open: true, available: { available: true } });
    expect(launcher().getAttribute("aria-expanded")).toBe("true");
    launcher().click();
    expect(chat.close).toHaveBeenCalled();
    hosts[0]!.changed({ ...CLOSED, unread: 2, kept: true, available: { available: true } });
    expect(launcher().getAttribute("aria-label")).toBe("launcher_unread 2");
    expect(inWidget(".badge")?.textContent).toBe("2");
  });

  test("while a line is open it tells; without one the loader asks again", async () => {
    await arrive();
    launcher().click();
    await pass();
    hosts[0]!.changed({ ...CLOSED, open: true, kept: true, available: { available: true } });
    const asked = site.asked.length;
    await pass(60_000);
    expect(site.asked.length).toBe(asked);
    hosts[0]!.changed(CLOSED);
    await pass(25_000);
    expect(site.asked.length).toBeGreaterThan(asked);
  });

  test("everybody leaves: what is not in use goes, a conversation stays", async () => {
    await arrive();
    launcher().click();
    await pass();
    hosts[0]!.changed({ open: true, kept: true, unread: 0, available: { available: false } });
    expect(widgets()).toHaveLength(1);
    hosts[0]!.changed({ open: true, kept: false, unread: 0, available: { available: false } });
    expect(widgets()).toEqual([]);
    expect(chat.close).toHaveBeenCalled();
  });

  test("what an open line told last is not undone by an older answer", async () => {
    await arrive();
    launcher().click();
    await pass();
    hosts[0]!.changed({ ...CLOSED, open: true, available: { available: true } });
    hosts[0]!.changed({ ...CLOSED, open: true, available: { available: false } });
    hosts[0]!.changed(CLOSED);
    await pass(1_000);
    expect(widgets()).toEqual([]);
  });

  test("a conversation of this browser is there when nobody can answer, and its panel as it was", async () => {
    site.available = false;
    remember(localStorage, 3, { open: true, ongoing: true, sound: false, sharing: false, shows: null, at: Date.now() });
    await arrive();
    expect(widgets()).toHaveLength(1);
    expect(chat.open).toHaveBeenCalledWith({ focus: false });
  });

  test("a conversation that was closed to the corner is followed without being opened", async () => {
    remember(localStorage, 3, { open: false, ongoing: true, sound: false, sharing: false, shows: null, at: Date.now() });
    await arrive();
    expect(hosts).toHaveLength(1);
    expect(chat.open).not.toHaveBeenCalled();
  });

  test("what was remembered longer than the key lasts is forgotten", async () => {
    const at = Date.now() - 25 * 3_600_000;
    remember(localStorage, 3, { open: true, ongoing: true, sound: false, sharing: false, shows: null, at });
    await arrive();
    expect(hosts).toEqual([]);
    expect(localStorage.length).toBe(0);
  });

  test("a swapped body keeps one widget and one panel, and tells the new page", async () => {
    await arrive();
    launcher().click();
    await pass();
    const before = widgets()[0];
    const body = document.createElement("body");
    document.body.replaceWith(body);
    putTag("token-2");
    await pass();
    expect(widgets()).toEqual([before]);
    expect(hosts).toHaveLength(1);
    expect(chat.pageChanged).toHaveBeenCalled();
    expect(hosts[0]!.page()).toBe("token-2");
  });

  test("a widget that a swap took away is put back", async () => {
    await arrive();
    widgets()[0]!.remove();
    await pass();
    expect(widgets()).toHaveLength(1);
  });

  test("a page of another language brings another widget; one without a tag, none", async () => {
    await arrive();
    launcher().click();
    await pass();
    document.body.replaceChildren();
    putTag("token-2", "/livechat/config/fr/");
    await pass();
    expect(chat.stop).toHaveBeenCalled();
    expect(widgets()).toHaveLength(1);
    document.body.replaceChildren();
    await pass();
    expect(widgets()).toEqual([]);
  });

  test("a page without a tag, or without an answer, is left alone", async () => {
    loader.start();
    await pass();
    expect(widgets()).toEqual([]);
    site.broken = true;
    putTag();
    await pass(60_000);
    expect(widgets()).toEqual([]);
  });

  test("it makes room for the editors' own button", async () => {
    document.body.append(document.createElement("wagtail-userbar"));
    await arrive();
    expect(inWidget(".frame")!.classList.contains("raised")).toBe(true);
  });

  test("a colour that is none is not put into the style", async () => {
    loader.stop();
    vi.unstubAllGlobals();
    site = siteAnswers({ ...CONFIG, accent: "red;background:url(//evil.test)" });
    await arrive();
    expect(inWidget(".frame")!.style.getPropertyValue("--accent")).toBe("");
    expect(inWidget(".frame")!.style.getPropertyValue("--accent-text")).toBe("#ffffff");
  });

  test("the page may open and close it, and hear what happens", async () => {
    const heard: unknown[] = [];
    const off = loader.api.on("availability", (detail) => heard.push(detail));
    loader.api.on("message", () => {
      throw new Error("the page's own mistake");
    });
    await arrive();
    expect(heard).toEqual([{ available: true, person: true }]);
    loader.api.open();
    await pass();
    expect(chat.open).toHaveBeenCalledWith({ focus: true });
    expect(() => hosts[0]!.emit("message", { from: "agent" })).not.toThrow();
    await expect(pass()).rejects.toThrow("the page's own mistake");
    off();
    site.available = false;
    loader.api.close();
    expect(chat.close).toHaveBeenCalled();
    await pass(25_000);
    expect(heard).toHaveLength(1);
  });

  test("what is remembered is one state for each site", () => {
    remember(localStorage, 3, { open: true, ongoing: true, sound: false, sharing: false, shows: null, at: Date.now() });
    expect(recall(localStorage, 4, Date.now()).open).toBe(false);
    localStorage.setItem("livechat:3:state", "{");
    expect(recall(localStorage, 3, Date.now()).open).toBe(false);
    expect(recall(null, 3, Date.now()).open).toBe(false);
  });

  const watching = (): void => {
    vi.unstubAllGlobals();
    site = siteAnswers(WATCHING);
  };

  test("where a site may watch, what asks for consent is brought by itself", async () => {
    watching();
    site.available = false;
    await arrive();
    expect(loads).toEqual([ASSIST.urls.bundle]);
    expect(assistHosts[0]!.tag()).toMatchObject({ page: "token-1", kind: "", hidden: false });
    loader.stop();
    expect(assist.stop).toHaveBeenCalled();
  });

  test("without it the chat works as before", async () => {
    watching();
    load = async () => {
      throw new TypeError("network");
    };
    await arrive();
    expect(assistHosts).toEqual([]);
    expect(launcher()).not.toBeNull();
  });

  test("what a page says before anybody listens is heard", async () => {
    watching();
    loader.api.page({ kind: "search", results: 2 });
    loader.api.consent({ assistance: true });
    await arrive();
    expect(assist.page).toHaveBeenCalledWith({ kind: "search", results: 2 });
    expect(assist.consent).toHaveBeenCalledWith({ assistance: true });
    loader.api.choices();
    expect(assist.choices).toHaveBeenCalledTimes(1);
    expect(assist.page).toHaveBeenCalledTimes(1);
  });

  test("it hears of another page once, and of what only touched this one", async () => {
    watching();
    await arrive();
    document.body.append(document.createElement("p"));
    await pass();
    expect(assist.pageChanged.mock.calls.every(([moved]) => moved === false)).toBe(true);
    assist.pageChanged.mockClear();
    document.body.replaceChildren();
    putTag("token-2");
    await pass();
    expect(assist.pageChanged.mock.calls.filter(([moved]) => moved)).toHaveLength(1);
  });

  test("what Turbo shows while it fetches is not a page yet", async () => {
    watching();
    await arrive();
    assist.pageChanged.mockClear();
    document.documentElement.setAttribute("data-turbo-preview", "");
    document.body.replaceChildren();
    putTag("token-2");
    await pass();
    expect(assist.pageChanged).not.toHaveBeenCalled();
    document.documentElement.removeAttribute("data-turbo-preview");
    document.dispatchEvent(new Event("turbo:load"));
    expect(assist.pageChanged).toHaveBeenCalledWith(true);
  });

  test("an accepted invitation opens the chat, also when nobody else could be asked", async () => {
    watching();
    site.available = false;
    await arrive();
    assistHosts[0]!.openChat();
    await pass();
    expect(chat.open).toHaveBeenCalledWith({ focus: true });
    hosts[0]!.changed({ ...CLOSED, open: true, available: { available: false } });
    expect(widgets()).toHaveLength(1);
    expect(assist.chatChanged).toHaveBeenLastCalledWith(true);
    hosts[0]!.changed({ ...CLOSED, available: { available: false } });
    expect(assist.chatChanged).toHaveBeenLastCalledWith(false);
    expect(widgets()).toEqual([]);
  });

  test("two views without a token are told apart by their element, a page by its token", () => {
    const first = (putTag(""), findTag(document));
    expect(sameTag(first, findTag(document))).toBe(true);
    document.body.replaceChildren();
    putTag("");
    expect(sameTag(first, findTag(document))).toBe(false);
    document.body.replaceChildren();
    const page = (putTag("token"), findTag(document));
    document.body.replaceChildren();
    putTag("token");
    expect(sameTag(page, findTag(document))).toBe(true);
    document.querySelector("script")!.dataset["livechatHidden"] = "";
    expect(sameTag(page, findTag(document))).toBe(false);
  });
});
