import { describe, expect, test } from "vitest";
import { type ChooserAddresses, choosersAt } from "../../../wagtail_livechat/static_src/console/choosers";

type Opened = { url: string; options: object; choose: (data: { id: number | string; title?: string }) => void };
let opened: Opened[] = [];

class Modal {
  constructor(readonly url: string) {}
  open(options: object, choose: Opened["choose"]): void {
    opened.push({ url: this.url, options, choose });
  }
}

const PAGE = { PageChooserModal: Modal, ImageChooserModal: Modal, DocumentChooserModal: Modal } as unknown as Window;
const ALL: ChooserAddresses = {
  page: { url: "/choose/page/", model: "wagtailcore.page", roots: { "1": 4 } },
  image: { url: "/choose/image/" },
  document: { url: "/choose/document/" },
};

describe("Wagtail's choosers", () => {
  test("that of pages opens where the conversation's site begins", () => {
    opened = [];
    const found: unknown[] = [];
    choosersAt(ALL, PAGE).choose("page", 1, (chosen) => found.push(chosen));
    expect(opened).toMatchObject([{ url: "/choose/page/", options: { modelNames: ["wagtailcore.page"], parentId: 4 } }]);
    opened[0]!.choose({ id: "12", title: "Opening hours" });
    expect(found).toEqual([{ kind: "page", id: 12, title: "Opening hours" }]);
  });

  test("what one may not choose is not offered", () => {
    expect(choosersAt(ALL, PAGE).kinds).toEqual(["page", "image", "document"]);
    expect(choosersAt({ page: ALL.page! }, PAGE).kinds).toEqual(["page"]);
    // Wagtail's scripts did not load.
    expect(choosersAt(ALL, {} as Window).kinds).toEqual([]);
  });
});
