export function Text({ text }: { readonly text: string }) {
  return <>{text}</>;
}
export function safeHref(url: string): string | null {
  return /^https?:\/\//i.test(url) || url.startsWith("/") ? url : null;
}
