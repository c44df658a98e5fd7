/** What the visitor chose: read from the cookie that the server alone writes. */

export interface Choice {
  /** The version that was answered; 0 where the site's own tool asked. */
  readonly version: number;
  readonly assistance: boolean;
  readonly statistics: boolean;
  /** Never to be invited again. */
  readonly never: boolean;
  /** The proof's own name; only a yes has one. */
  readonly receipt: string | null;
}

/** The choice in `document.cookie` for a site; `null` for anything but its one spelling. */
export function readChoice(cookies: string, site: number): Choice | null {
  const found = new RegExp(
    `(?:^|; )(?:__Host-)?livechat-choice-${site}=1\\.(\\d+)\\.([yn])([yn])\\.\\d{8}\\.(-|rq?|q)\\.(-|[\\da-f-]{36})\\.`,
  ).exec(cookies);
  if (!found) return null;
  const [, version, assistance, statistics, flags, receipt] = found;
  return {
    version: Number(version),
    assistance: assistance === "y",
    statistics: statistics === "y",
    never: flags!.includes("q"),
    receipt: receipt === "-" ? null : receipt!,
  };
}

/** What the browser says for its user before any question. */
export interface Signals {
  readonly gpc: boolean;
  readonly dnt: boolean;
}

/** `sent`: what it said to the server in headers, which a page cannot see. */
export function readSignals(window: Window, sent: Signals): Signals {
  const says = window.navigator as { globalPrivacyControl?: unknown; doNotTrack?: unknown };
  return {
    gpc: sent.gpc || says.globalPrivacyControl === true,
    dnt: sent.dnt || says.doNotTrack === "1",
  };
}

/** Whether to ask, or what was answered. */
export type Standing = "ask" | "signal" | "answered" | "silent";

export function standing(
  choice: Choice | null,
  signals: Signals,
  site: { readonly external: boolean; readonly holding: readonly number[]; readonly asks: boolean },
): Standing {
  if (choice && site.holding.includes(choice.version)) return "answered";
  if (site.external || !site.asks) return "silent";
  return signals.gpc || signals.dnt ? "signal" : "ask";
}
