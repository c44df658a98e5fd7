/* Wagtail's own choosers, opened from here: what is chosen comes back as its id and title. */
import type { CardKind } from "../protocol";

/** Where the choosers are; see `wagtail_livechat/console/choosers.py`. What is missing may not be used. */
export interface ChooserAddresses {
  readonly page?: {
    readonly url: string;
    readonly model: string;
    /** By site, the page with which its tree begins. */
    readonly roots: Readonly<Record<string, number>>;
  };
  readonly image?: { readonly url: string };
  readonly document?: { readonly url: string };
}

export interface Chosen {
  readonly kind: CardKind;
  readonly id: number;
  readonly title: string;
}

export interface Choosers {
  readonly kinds: readonly CardKind[];
  choose(kind: CardKind, site: number, onChosen: (chosen: Chosen) => void): void;
}

/** What Wagtail's scripts leave on the page. */
interface ChooserModal {
  open(
    options: Readonly<Record<string, unknown>>,
    chosen: (data: { readonly id: number | string; readonly title?: string }) => void,
  ): void;
}
type ModalClass = new (url: string) => ChooserModal;

declare global {
  interface Window {
    readonly PageChooserModal?: ModalClass;
    readonly ImageChooserModal?: ModalClass;
    readonly DocumentChooserModal?: ModalClass;
  }
}

const KINDS: readonly CardKind[] = ["page", "image", "document"];

export function choosersAt(addresses: ChooserAddresses, page: Window): Choosers {
  const modals: Readonly<Record<CardKind, ModalClass | undefined>> = {
    page: page.PageChooserModal,
    image: page.ImageChooserModal,
    document: page.DocumentChooserModal,
  };
  return {
    kinds: KINDS.filter((kind) => addresses[kind] && modals[kind]),
    choose(kind, site, onChosen) {
      const address = addresses[kind];
      const Modal = modals[kind];
      if (!address || !Modal) return;
      const parentId = addresses.page?.roots[site];
      const options =
        kind === "page" ? { modelNames: [addresses.page?.model], ...(parentId && { parentId }) } : {};
      new Modal(address.url).open(options, ({ id, title }) => {
        onChosen({ kind, id: Number(id), title: title ?? "" });
      });
    },
  };
}
