/* The badge's few words, apart from the console's: this is on every page of the admin.
 * Django's JavaScript catalogue translates them. */
declare const gettext: (text: string) => string;
declare const ngettext: (singular: string, plural: string, count: number) => string;
declare const interpolate: (
  text: string,
  values: Readonly<Record<string, string | number>>,
  named: true,
) => string;

export const badgeWords = {
  waiting: (count: number) =>
    interpolate(
      ngettext("%(count)s conversation is waiting", "%(count)s conversations are waiting", count),
      { count },
      true,
    ),
  unread: (count: number) =>
    interpolate(
      ngettext(
        "%(count)s of your conversations has unread messages",
        "%(count)s of your conversations have unread messages",
        count,
      ),
      { count },
      true,
    ),
  somebodyWaits: () => gettext("Live chat: a visitor is waiting."),
};
