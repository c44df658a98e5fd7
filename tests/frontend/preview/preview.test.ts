import { afterEach, expect, test, vi } from "vitest";
import type { Banner } from "../../../wagtail_livechat/static_src/assist/Banner";
import { preview, type State } from "../../../wagtail_livechat/static_src/preview/preview";
import type { Config } from "../../../wagtail_livechat/static_src/loader/config";

const config = {
  site: 1,
  language: "en",
  dir: "ltr",
  position: "right",
  accent: "#0a5f55",
  accent_text: "#ffffff",
  theme: "auto",
  team: { name: "Quay Books", avatar: null },
} as unknown as Config;
const words = { automatic: "Automatic message", accept: "Yes", decline: "No, thanks", never: "Never" };

afterEach(() => document.querySelector("livechat-assist")?.remove());

const shadow = (): ShadowRoot => document.querySelector("livechat-assist")!.shadowRoot!;

test("an invitation is shown as a visitor would see it, and answers nothing", () => {
  preview(document, {
    config,
    words,
    invitation: { id: "1", text: "Can we help?", sender: null, automatic: true, expires_at: 0 },
  });
  expect(shadow().querySelector(".question")?.textContent).toBe("Can we help?");
  expect(shadow().querySelector("h2")?.textContent).toContain("Automatic message");
  const buttons = [...shadow().querySelectorAll("button")];
  expect(buttons.map((button) => button.textContent)).toEqual(["Yes", "No, thanks", "Never"]);
  for (const button of buttons) button.click();
  expect(shadow().querySelector(".question")).not.toBeNull();
});

test("where nothing would be shown, nothing is", () => {
  preview(document, { config, words, invitation: null });
  expect(shadow().querySelector("section")).toBeNull();
});

const banner: Banner = {
  version: 0,
  texts: {
    heading: "May we see your pages?",
    body: [{ t: "p", c: ["To help you."] }],
    assistance_title: "Live help",
    assistance_text: "Staff see your pages.",
    statistics_title: "Statistics",
    statistics_text: "Totals.",
    accept_label: "Accept",
    refuse_label: "Refuse",
    choose_label: "Choose",
    save_label: "Save",
    change_label: "Your choice",
    details_label: "Details",
  },
  purposes: ["assistance", "statistics"],
  details_url: "/privacy/",
};
const asking = {
  assistance_on: "Live help is on.",
  stop: "Stop live help",
  show: "What the staff see",
  watched: "Watched by {names}",
  signal_gpc: "Your browser asks not to be tracked.",
  close: "Close",
};
const ask = (state: State, dir: "rtl" | null = null): void =>
  preview(document, { config, words: asking, invitation: null, asked: { banner, state, names: "An agent" }, dir });
const press = async (label: string): Promise<void> => {
  const button = [...shadow().querySelectorAll("button")].find((each) => each.textContent === label);
  button!.click();
  await new Promise((resolve) => setTimeout(resolve, 0));
};

test("a first visit asks with three answers, and they lead on", async () => {
  ask("first");
  expect(shadow().querySelector("h2")?.textContent).toBe("May we see your pages?");
  await press("Accept");
  expect(shadow().querySelector(".standing")?.textContent).toBe("Live help is on.");
  await press("Stop live help");
  expect(shadow().querySelector(".standing")?.textContent).toBe("");
  expect(shadow().querySelector(".banner")).toBeNull();
});

test.each([
  ["watched", "Watched by An agent"],
  ["accepted", "Live help is on."],
  ["signal", "Your browser asks not to be tracked."],
  ["refused", ""],
] as const)("the state %s is told in words", (state, text) => {
  ask(state);
  expect(shadow().querySelector(".standing")?.textContent).toBe(text);
  expect(shadow().querySelector(".banner")).toBeNull();
});

test("choosing is open with nothing ticked", () => {
  ask("choose");
  const boxes = [...shadow().querySelectorAll<HTMLInputElement>("dialog input")];
  expect(boxes.map((box) => [box.name, box.checked])).toEqual([
    ["assistance", false],
    ["statistics", false],
  ]);
});

test("it can be read from right to left", () => {
  ask("first", "rtl");
  expect(shadow().querySelector("[dir=rtl]")).not.toBeNull();
});

test("nothing is asked of any server and nothing is kept", async () => {
  const fetched = vi.spyOn(globalThis, "fetch");
  ask("first");
  await press("Refuse");
  expect(fetched).not.toHaveBeenCalled();
  expect([document.cookie, localStorage.length, sessionStorage.length]).toEqual(["", 0, 0]);
  fetched.mockRestore();
});

test("what an agent would send is shown as in the chat, and hostile words are text", () => {
  document.body.innerHTML = "<main></main>";
  preview(document, {
    config: { ...config, texts: {} },
    words,
    invitation: null,
    alias: "Robin",
    messages: [
      { text: "See <b>https://a.test/x</b>", card: null },
      { text: "Find us", card: { kind: "page", title: "Find us", url: "", picture: null, text: "" } },
    ],
  });
  const root = document.querySelector("livechat-messages")!.shadowRoot!;
  const said = [...root.querySelectorAll("li.said .text")].map((each) => each.firstChild?.textContent);
  expect(said).toEqual(["See <b>", "Find us"]);
  expect(root.querySelector(".who")?.textContent).toContain("Robin");
  expect(root.querySelector("b")?.textContent).toBe("Find us");
});
