/* The number in front of the page's title, for when the tab is not the one in front. */

const NUMBER = /^\(\d+\+?\) /;

export function titled(title: string, count: number): string {
  const bare = title.replace(NUMBER, "");
  return count > 0 ? `(${count > 99 ? "99+" : count}) ${bare}` : bare;
}
