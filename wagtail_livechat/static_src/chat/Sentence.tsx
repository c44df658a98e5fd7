/** A sentence with somebody's words in it: isolated, so that they turn nothing around them. */
import type { Say, TextKey } from "../texts";

/** Stands where the words will be; no text of ours or of a visitor holds it. */
const GAP = "\u0000";

export interface SentenceProps {
  readonly say: Say;
  readonly of: TextKey;
  /** The placeholder of the sentence, and what is put there. */
  readonly name: string;
  readonly value: string;
}

export function Sentence({ say, of, name, value }: SentenceProps) {
  const [before, after] = say(of, { [name]: GAP }).split(GAP);
  return (
    <>
      {before}
      {after !== undefined && <bdi>{value}</bdi>}
      {after}
    </>
  );
}
