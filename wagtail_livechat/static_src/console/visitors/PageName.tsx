/* What a visitor has open: its title, and below it what it is and where it belongs. */
import type { PageCard } from "../../protocol";
import { webAddress } from "../../chat/links";
import { Icon } from "../Icon";
import { words as consoleWords } from "../words";
import { visitWords as words } from "./words";

export function PageName({
  page,
  results = null,
  linked = false,
}: {
  readonly page: PageCard;
  /** How much a search found. */
  readonly results?: number | null;
  readonly linked?: boolean;
}) {
  const href = linked && page.url ? webAddress(page.url) : null;
  const about = [page.type, page.section, results === null ? null : words.results(results)].filter(Boolean);
  return (
    <span class="lc-pagename">
      <span class="lc-pagename__title">
        {page.title === null ? (
          <em>{words.pageKind(page.kind)}</em>
        ) : href ? (
          <a href={href} target="_blank" rel="noopener noreferrer">
            <bdi>{page.title}</bdi>
            <Icon name="link-external" />
            <span class="w-sr-only"> ({consoleWords.opensInTab()})</span>
          </a>
        ) : (
          <bdi>{page.title}</bdi>
        )}
      </span>
      {about.length > 0 && (
        <span class="lc-pagename__about">
          {about.map((each) => (
            <span key={each}>
              <bdi>{each}</bdi>
            </span>
          ))}
        </span>
      )}
    </span>
  );
}
