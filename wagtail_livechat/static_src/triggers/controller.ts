/* The builder of conditions. The fieldsets are the server's, and work by themselves: here rows
 * are added and taken away, what a row does not ask is hidden, and pages are chosen in Wagtail's
 * own chooser. */
import type { ControllerInstance, StimulusController } from "../staff/stimulus";

/** What the page says of itself, in data attributes. */
interface Values {
  readonly nameValue: string;
  readonly chooserValue: string;
  readonly modelValue: string;
  readonly groupWordsValue: string;
  readonly rowWordsValue: string;
  readonly addedWordsValue: string;
  readonly removedWordsValue: string;
}

interface Targets {
  readonly hasRowTemplateTarget: boolean;
  readonly rowTemplateTarget: HTMLTemplateElement;
  readonly groupsTarget: HTMLElement;
  readonly groupTargets: readonly HTMLElement[];
  readonly joinTarget: HTMLElement;
  readonly toolsTarget: HTMLElement;
  readonly statusTarget: HTMLElement;
}

interface ChooserModal {
  open(
    options: Readonly<Record<string, unknown>>,
    chosen: (data: { readonly id: number | string; readonly title?: string }) => void,
  ): void;
}

type ModalClass = new (url: string) => ChooserModal;

const ROW = ".livechat-conditions__row";
const GROUP = ".livechat-conditions__group";

export function conditionsController(Controller: StimulusController): StimulusController {
  return class extends (Controller as new (...context: never[]) => ControllerInstance & Values & Targets) {
    static readonly targets = ["group", "groups", "join", "row", "rowTemplate", "status", "tools"];
    static readonly values = {
      name: String,
      chooser: String,
      model: String,
      groupWords: String,
      rowWords: String,
      addedWords: String,
      removedWords: String,
    };

    /** The next number of a group or a row: names are never used twice. */
    #next = 0;

    override connect(): void {
      if (!this.hasRowTemplateTarget) return; // too deep for the builder: JSON, as it is
      this.#next = 1 + Math.max(0, ...numbersIn(this.element));
      // What stands there for browsers without scripts is not needed.
      for (const spare of this.element.querySelectorAll(`${ROW}[data-spare]`)) spare.remove();
      for (const group of this.groupTargets) {
        if (!group.querySelector(ROW) && this.groupTargets.length > 1) group.remove();
      }
      for (const tools of this.element.querySelectorAll<HTMLElement>("[data-tools]")) tools.hidden = false;
      this.toolsTarget.hidden = false;
      for (const row of this.element.querySelectorAll<HTMLElement>(ROW)) this.#dress(row);
      const first = this.groupTargets[0];
      if (first && !first.querySelector(ROW)) this.#add(first);
      this.#number();
    }

    override disconnect(): void {}

    addRow({ currentTarget }: { readonly currentTarget: HTMLElement }): void {
      const group = currentTarget.closest<HTMLElement>(GROUP);
      if (group) this.#announce(this.#add(group), this.addedWordsValue);
    }

    addGroup(): void {
      const pattern = this.groupTargets[0];
      if (!pattern) return;
      const group = pattern.cloneNode(true) as HTMLElement;
      const number = this.#next++;
      for (const row of group.querySelectorAll(ROW)) row.remove();
      const join = group.querySelector<HTMLSelectElement>("select");
      if (join) {
        join.name = `${this.nameValue}-${number}-join`;
        join.value = "all";
      }
      this.groupsTarget.append(group);
      this.#announce(this.#add(group), this.addedWordsValue);
    }

    remove({ currentTarget }: { readonly currentTarget: HTMLElement }): void {
      const row = currentTarget.closest<HTMLElement>(ROW);
      const group = row?.closest<HTMLElement>(GROUP);
      if (!row || !group) return;
      const next = row.nextElementSibling ?? row.previousElementSibling;
      row.remove();
      let focused = next?.querySelector<HTMLElement>("select") ?? null;
      if (!group.querySelector(ROW) && this.groupTargets.length > 1) {
        group.remove();
      } else {
        focused ??= group.querySelector<HTMLElement>("[data-tools] button");
      }
      (focused ?? this.toolsTarget.querySelector<HTMLElement>("button"))?.focus();
      this.#announce(null, this.removedWordsValue);
    }

    pick({ currentTarget }: { readonly currentTarget: HTMLElement }): void {
      const row = currentTarget.closest<HTMLElement>(ROW);
      if (row) this.#show(row);
    }

    choosePage({ currentTarget }: { readonly currentTarget: HTMLElement }): void {
      const row = currentTarget.closest<HTMLElement>(ROW);
      const Modal = (window as unknown as { readonly PageChooserModal?: ModalClass }).PageChooserModal;
      if (!row || !Modal) return;
      new Modal(this.chooserValue).open({ modelNames: [this.modelValue] }, ({ id, title }) => {
        const input = row.querySelector<HTMLInputElement>("[data-number] input");
        const shown = row.querySelector<HTMLElement>("[data-title]");
        if (!input || !shown) return;
        input.value = String(id);
        shown.textContent = title ?? String(id);
        input.dispatchEvent(new Event("change", { bubbles: true }));
        currentTarget.focus();
      });
    }

    #add(group: HTMLElement): HTMLElement {
      const row = (this.rowTemplateTarget.content.cloneNode(true) as DocumentFragment)
        .firstElementChild as HTMLElement;
      const groupNumber = numbersIn(group.querySelector("select"))[0] ?? 0;
      const number = this.#next++;
      for (const field of row.querySelectorAll<HTMLInputElement>("[name]")) {
        field.name = field.name.replace("__g__", String(groupNumber)).replace("__r__", String(number));
      }
      group.querySelector("[data-rows]")?.append(row);
      this.#dress(row);
      return row;
    }

    /** With scripts: a button takes the place of the tick, the chooser that of the number. */
    #dress(row: HTMLElement): void {
      row.removeAttribute("data-spare");
      for (const each of row.querySelectorAll<HTMLElement>("[data-remove]")) each.hidden = true;
      for (const each of row.querySelectorAll<HTMLElement>("[data-remove-button]")) each.hidden = false;
      const canChoose = "PageChooserModal" in window;
      for (const each of row.querySelectorAll<HTMLElement>("[data-number]")) each.hidden = canChoose;
      for (const each of row.querySelectorAll<HTMLElement>("[data-chosen]")) each.hidden = !canChoose;
      this.#show(row);
    }

    #show(row: HTMLElement): void {
      const kind = row.querySelector<HTMLSelectElement>("[data-kinds]")?.value ?? "";
      for (const fields of row.querySelectorAll<HTMLElement>("[data-kind]")) {
        fields.hidden = fields.dataset.kind !== kind;
      }
    }

    #announce(row: HTMLElement | null, words: string): void {
      this.#number();
      row?.querySelector<HTMLElement>("select")?.focus();
      this.statusTarget.textContent = words;
      // Wagtail asks before unsaved changes are lost.
      this.element.dispatchEvent(new Event("change", { bubbles: true }));
    }

    #number(): void {
      this.joinTarget.hidden = this.groupTargets.length < 2;
      this.groupTargets.forEach((group, at) => {
        label(group, this.groupWordsValue.replace("{group}", String(at + 1)));
        group.querySelectorAll<HTMLElement>(ROW).forEach((row, number) => {
          label(row, this.rowWordsValue.replace("{number}", String(number + 1)));
        });
      });
    }
  } as unknown as StimulusController;
}

function label(fieldset: HTMLElement, words: string): void {
  const legend = fieldset.querySelector("legend");
  if (legend) legend.textContent = words;
}

/** The numbers of groups and rows in the names of fields. */
function numbersIn(within: Element | null): number[] {
  if (!within) return [];
  const fields = within.matches("[name]") ? [within] : [...within.querySelectorAll("[name]")];
  return fields.flatMap((field) =>
    [...(field.getAttribute("name") ?? "").matchAll(/-(\d+)(?=-)/g)].map(([, number]) => Number(number)),
  );
}
