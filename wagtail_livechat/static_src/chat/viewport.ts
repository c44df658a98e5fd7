/** Keeps a full-screen panel inside what the virtual keyboard leaves free. */

export function followViewport(window: Window, panel: () => HTMLElement | null): () => void {
  const view = window.visualViewport;
  if (!view) return () => undefined;
  const fit = (): void => {
    const style = panel()?.style;
    style?.setProperty("--view-height", `${Math.round(view.height)}px`);
    style?.setProperty("--view-top", `${Math.round(view.offsetTop)}px`);
  };
  view.addEventListener("resize", fit);
  view.addEventListener("scroll", fit);
  fit();
  return () => {
    view.removeEventListener("resize", fit);
    view.removeEventListener("scroll", fit);
  };
}
