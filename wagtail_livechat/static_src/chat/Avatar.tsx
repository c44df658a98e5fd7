/** A face, or the first letter of a name. */
import { useState } from "preact/hooks";

export function Avatar({ name, image }: { readonly name: string; readonly image: string | null }) {
  const [broken, setBroken] = useState<string | null>(null);
  return (
    <span class="avatar" aria-hidden="true">
      {image && image !== broken ? (
        <img src={image} alt="" onError={() => setBroken(image)} />
      ) : (
        [...name.trim()][0]?.toLocaleUpperCase()
      )}
    </span>
  );
}
