/** Django's JavaScript catalogue, for a reader of English. */
export function readEnglish(): void {
  const page = globalThis as Record<string, unknown>;
  page["gettext"] = (text: string) => text;
  page["ngettext"] = (one: string, many: string, count: number) => (count === 1 ? one : many);
  page["interpolate"] = (text: string, values: Record<string, string | number>) =>
    text.replace(/%\((\w+)\)s/g, (_, name: string) => String(values[name]));
}
