/** One of Wagtail's own icons, from the sprite that each admin page carries. */
export function Icon({ name, className = "" }: { readonly name: string; readonly className?: string }) {
  return (
    <svg class={`icon icon-${name} lc-icon ${className}`} aria-hidden="true">
      <use href={`#icon-${name}`} />
    </svg>
  );
}
