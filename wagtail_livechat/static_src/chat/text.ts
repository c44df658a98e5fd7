/** What is written, made fit to be sent: as the server normalises it, so that lengths agree. */

/** Control characters, but for tab and line feed. */
const UNFIT = /[\u0000-\u0008\u000e-\u001f\u007f-\u0084\u0086-\u009f]/g;
const LINE_ENDS = /\r\n?|[\u000b\u000c\u0085\u2028\u2029]/g;
/** A pair of surrogates, or a half that stands alone and is no character. */
const SURROGATES = /[\ud800-\udbff][\udc00-\udfff]|[\ud800-\udfff]/g;

export function normalise(text: string): string {
  return text
    .replace(LINE_ENDS, "\n")
    .replace(UNFIT, "")
    .replace(SURROGATES, (found) => (found.length === 2 ? found : "\ufffd"))
    .replace(/\n{4,}/g, "\n\n\n")
    .normalize("NFC")
    .trim();
}

/** Length in code points, as both sides count. */
export function lengthOf(text: string): number {
  let length = 0;
  for (const _ of text) length += 1;
  return length;
}
