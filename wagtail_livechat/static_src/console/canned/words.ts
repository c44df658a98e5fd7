/* The words about canned replies; see ../words.ts. */
import type { Placeholder } from "../../protocol";

declare const gettext: (text: string) => string;
declare const ngettext: (singular: string, plural: string, count: number) => string;
declare const interpolate: (
  text: string,
  values: Readonly<Record<string, string | number>>,
  named: true,
) => string;

export const cannedWords = {
  replies: () => gettext("Canned replies"),
  hint: () => gettext("“/” finds a canned reply."),
  looking: () => gettext("Looking for replies…"),
  none: () => gettext("No canned reply fits."),
  found: (count: number) =>
    interpolate(ngettext("%(count)s canned reply", "%(count)s canned replies", count), { count }, true),
  keys: () => gettext("Arrow keys choose, Enter puts it into the text, Esc closes."),
  suggestions: () => gettext("Suggestions"),
  suggested: () => gettext("Suggested"),
  personal: () => gettext("Personal"),
  putIn: (title: string) => interpolate(gettext("Put “%(title)s” into the text"), { title }, true),
  wasPutIn: (title: string) => interpolate(gettext("“%(title)s” is in the text."), { title }, true),
  attached: () => gettext("Sent with it"),
  detach: (title: string) => interpolate(gettext("Do not send “%(title)s”"), { title }, true),
  placeholder: (placeholder: Placeholder) => {
    switch (placeholder) {
      case "visitor.name":
        return gettext("the visitor’s name");
      case "agent.alias":
        return gettext("your alias");
      case "page.title":
        return gettext("the title of the page that the visitor shows");
      case "page.link":
        return gettext("the link to the page that the visitor shows");
      case "site.name":
        return gettext("the name of the site");
    }
  },
  toFillIn: (what: string) =>
    interpolate(gettext("Not known, to be filled in before you send: %(what)s."), { what }, true),
  isMissing: (what: string) => interpolate(gettext("Not known: %(what)s"), { what }, true),
} as const;

/** What has to be filled in, in words. */
export function inWords(placeholders: readonly Placeholder[]): string {
  return placeholders.map((each) => cannedWords.placeholder(each)).join(", ");
}
