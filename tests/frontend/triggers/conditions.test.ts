import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { conditionsController } from "../../../wagtail_livechat/static_src/triggers/controller";
import type { ControllerInstance, StimulusController } from "../../../wagtail_livechat/static_src/staff/stimulus";

/** One row as the server makes it, with less to fill in. */
const row = (prefix: string, kind = ""): string => `
  <fieldset class="livechat-conditions__row" data-livechat-conditions-target="row" ${kind ? "" : "data-spare"}>
    <legend>Condition</legend>
    <select name="${prefix}-is" data-kinds>
      <option value=""></option>
      ${["page", "dwell"].map((each) => `<option ${each === kind ? "selected" : ""}>${each}</option>`).join("")}
    </select>
    <div data-kind="page" ${kind && kind !== "page" ? "hidden" : ""}>
      <label data-number><input name="${prefix}-page"></label>
      <span hidden data-chosen><output data-title></output><button type="button" data-choose></button></span>
    </div>
    <div data-kind="dwell" ${kind && kind !== "dwell" ? "hidden" : ""}><input name="${prefix}-dwell" value="30"></div>
    <label data-remove><input type="checkbox" name="${prefix}-remove"></label>
    <button type="button" hidden data-remove-button>Remove</button>
  </fieldset>`;

const group = (number: number, ...rows: string[]): string => `
  <fieldset class="livechat-conditions__group" data-livechat-conditions-target="group">
    <legend></legend>
    <select name="conditions-${number}-join"><option>all</option><option>any</option></select>
    <div data-rows>${rows.join("")}</div>
    <p hidden data-tools><button type="button" data-add>Add</button></p>
  </fieldset>`;

const builder = (...groups: string[]): string => `
  <form><div id="builder">
    <div data-livechat-conditions-target="join"></div>
    <div data-livechat-conditions-target="groups">${groups.join("")}</div>
    <p hidden data-livechat-conditions-target="tools"><button type="button" id="add-group">Add a group</button></p>
    <p role="status" data-livechat-conditions-target="status"></p>
    <template data-livechat-conditions-target="rowTemplate">${row("conditions-__g__-__r__")}</template>
  </div></form>`;

type Builder = ControllerInstance & {
  addRow(event: { currentTarget: HTMLElement }): void;
  addGroup(): void;
  remove(event: { currentTarget: HTMLElement }): void;
  pick(event: { currentTarget: HTMLElement }): void;
  choosePage(event: { currentTarget: HTMLElement }): void;
};

/** What Stimulus gives a controller: its element, its targets, its values. */
function start(): Builder {
  const element = document.getElementById("builder")!;
  const target = (name: string) => [
    ...element.querySelectorAll<HTMLElement>(`[data-livechat-conditions-target=${name}]`),
  ];
  class Controller {
    readonly element = element;
    connect(): void {}
    disconnect(): void {}
    get hasRowTemplateTarget(): boolean {
      return target("rowTemplate").length > 0;
    }
    get rowTemplateTarget() {
      return target("rowTemplate")[0];
    }
    get groupsTarget() {
      return target("groups")[0];
    }
    get groupTargets() {
      return target("group");
    }
    get joinTarget() {
      return target("join")[0];
    }
    get toolsTarget() {
      return target("tools")[0];
    }
    get statusTarget() {
      return target("status")[0];
    }
  }
  const Made = conditionsController(Controller as unknown as StimulusController);
  const made = new Made() as unknown as Builder;
  Object.assign(made, {
    nameValue: "conditions",
    chooserValue: "/choose/",
    modelValue: "wagtailcore.page",
    groupWordsValue: "Group {group}",
    rowWordsValue: "Condition {number}",
    addedWordsValue: "Condition added.",
    removedWordsValue: "Condition removed.",
  });
  made.connect();
  return made;
}

const rows = (): HTMLElement[] => [...document.querySelectorAll<HTMLElement>(".livechat-conditions__row")];
const groups = (): HTMLElement[] => [...document.querySelectorAll<HTMLElement>(".livechat-conditions__group")];
const names = (): string[] =>
  [...document.querySelectorAll<HTMLElement>("form [name$='-is']")].map((field) => field.getAttribute("name")!);
const said = (): string => document.querySelector("[role=status]")!.textContent!;
const press = (within: ParentNode, selector: string) => ({
  currentTarget: within.querySelector<HTMLElement>(selector)!,
});

describe("the builder of conditions", () => {
  let form: Builder;

  beforeEach(() => {
    document.body.innerHTML = builder(
      group(0, row("conditions-0-0", "page"), row("conditions-0-1", "dwell"), row("conditions-0-2")),
      group(1, row("conditions-1-0")),
    );
    form = start();
  });

  afterEach(() => {
    document.body.innerHTML = "";
  });

  test("takes away what stands there for browsers without scripts", () => {
    expect(rows()).toHaveLength(2);
    expect(groups()).toHaveLength(1);
    expect(document.querySelector<HTMLElement>("[data-livechat-conditions-target=tools]")!.hidden).toBe(false);
    for (const tick of document.querySelectorAll<HTMLElement>("[data-remove]")) expect(tick.hidden).toBe(true);
  });

  test("asks of a condition only what it is about", () => {
    const [first] = rows();
    const select = first!.querySelector("select")!;
    select.value = "dwell";
    form.pick({ currentTarget: select });
    expect(first!.querySelector<HTMLElement>("[data-kind=page]")!.hidden).toBe(true);
    expect(first!.querySelector<HTMLElement>("[data-kind=dwell]")!.hidden).toBe(false);
  });

  test("adds a condition under a name of its own, goes there and says so", () => {
    const changed = vi.fn();
    document.querySelector("form")!.addEventListener("change", changed);
    form.addRow(press(groups()[0]!, "[data-add]"));
    expect(rows()).toHaveLength(3);
    expect(new Set(names()).size).toBe(3);
    expect(names()[2]).toMatch(/^conditions-0-\d+-is$/);
    expect(document.activeElement).toBe(rows()[2]!.querySelector("select"));
    expect(said()).toBe("Condition added.");
    expect(changed).toHaveBeenCalled();
  });

  test("adds a group, and then asks how groups are joined", () => {
    const join = document.querySelector<HTMLElement>("[data-livechat-conditions-target=join]")!;
    expect(join.hidden).toBe(true);
    form.addGroup();
    expect(groups()).toHaveLength(2);
    expect(join.hidden).toBe(false);
    const [, second] = groups();
    expect(second!.querySelector("legend")!.textContent).toBe("Group 2");
    const number = /^conditions-(\d+)-join$/.exec(second!.querySelector("select")!.name)![1];
    expect(second!.querySelector("[data-kinds]")!.getAttribute("name")).toMatch(
      new RegExp(`^conditions-${number}-\\d+-is$`),
    );
  });

  test("takes a condition away, keeps the focus near and says so", () => {
    form.remove(press(rows()[0]!, "[data-remove-button]"));
    expect(names()).toEqual(["conditions-0-1-is"]);
    expect(rows()[0]!.querySelector("legend")!.textContent).toBe("Condition 1");
    expect(document.activeElement).toBe(rows()[0]!.querySelector("select"));
    expect(said()).toBe("Condition removed.");
  });

  test("the last condition leaves its group, where another can be added", () => {
    form.remove(press(rows()[0]!, "[data-remove-button]"));
    form.remove(press(rows()[0]!, "[data-remove-button]"));
    expect(groups()).toHaveLength(1);
    expect(document.activeElement).toBe(groups()[0]!.querySelector("[data-add]"));
  });

  test("a group that is empty goes, if there is another", () => {
    form.addGroup();
    form.remove(press(groups()[1]!, "[data-remove-button]"));
    expect(groups()).toHaveLength(1);
  });

  test("pages are chosen in Wagtail's chooser", () => {
    document.body.innerHTML = builder(group(0, row("conditions-0-0", "page")));
    const opened: unknown[] = [];
    class Modal {
      constructor(readonly url: string) {}
      open(options: unknown, chosen: (page: { id: number; title: string }) => void): void {
        opened.push(this.url, options);
        chosen({ id: 42, title: "Poems" });
      }
    }
    vi.stubGlobal("PageChooserModal", Modal);
    form = start();
    expect(rows()[0]!.querySelector<HTMLElement>("[data-number]")!.hidden).toBe(true);
    form.choosePage(press(rows()[0]!, "[data-choose]"));
    expect(opened).toEqual(["/choose/", { modelNames: ["wagtailcore.page"] }]);
    expect(rows()[0]!.querySelector<HTMLInputElement>("[data-number] input")!.value).toBe("42");
    expect(rows()[0]!.querySelector("[data-title]")!.textContent).toBe("Poems");
  });

  test("a trigger without conditions begins with one to fill in", () => {
    document.body.innerHTML = builder(group(0, row("conditions-0-0")));
    start();
    expect(rows()).toHaveLength(1);
    expect(rows()[0]!.hasAttribute("data-spare")).toBe(false);
  });

  test("conditions that are too deep are left to their JSON", () => {
    document.body.innerHTML = '<div id="builder"><textarea></textarea></div>';
    expect(() => start()).not.toThrow();
  });
});
