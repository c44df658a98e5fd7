// @vitest-environment happy-dom
import { cleanup, render } from "@testing-library/preact";
import { afterEach, describe, expect, test } from "vitest";
import { CardLink } from "../../../wagtail_livechat/static_src/chat/CardLink";
import type { Card } from "../../../wagtail_livechat/static_src/protocol";
import { speaker } from "../../../wagtail_livechat/static_src/texts";
import { CONFIG } from "../widget";

const say = speaker(CONFIG.texts);
const PAGE: Card = { kind: "page", title: "Opening hours", url: "https://shop.test/hours/", picture: null, text: "Every day" };

afterEach(cleanup);

function shown(card: Card): HTMLElement {
  return render(<CardLink card={card} say={say} />).container.firstElementChild as HTMLElement;
}

describe("what an agent sent besides words", () => {
  test("a page is a link that the visitor follows in this tab, and the chat comes along", () => {
    const link = shown(PAGE) as HTMLAnchorElement;
    expect([link.tagName, link.href, link.target]).toEqual(["A", "https://shop.test/hours/", ""]);
    expect(link.textContent).toBe("Opening hoursEvery day");
  });

  test("a file opens beside the page, and says so", () => {
    const link = shown({ ...PAGE, kind: "document", text: "PDF, 2 KB" }) as HTMLAnchorElement;
    expect([link.target, link.rel]).toEqual(["_blank", "noopener noreferrer"]);
    expect(link.textContent).toContain("(opens_new_tab)");
  });

  test("an image is shown small, without words of its own beside its title", () => {
    const card: Card = { ...PAGE, kind: "image", url: "/media/big.png", picture: "/media/small.png" };
    const picture = shown(card).querySelector("img")!;
    expect([new URL(picture.src).pathname, picture.alt]).toEqual(["/media/small.png", ""]);
  });

  test("an address that no browser should open stays text", () => {
    const text = shown({ ...PAGE, url: "javascript:alert(1)", picture: "data:text/html,x" });
    expect(text.tagName).toBe("P");
    expect(text.querySelector("a, img")).toBeNull();
    expect(text.textContent).toContain("Opening hours");
  });
});
