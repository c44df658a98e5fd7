/* Wagtail's own Stimulus: one application for the whole admin, ours included. */

/** What our controllers need of `Controller`; Wagtail's bundle brings the real one. */
export interface ControllerInstance {
  readonly element: HTMLElement;
  connect(): void;
  disconnect(): void;
}

export type StimulusController = new (...context: never[]) => ControllerInstance;

interface StimulusApplication {
  register(identifier: string, controller: StimulusController): void;
}

declare global {
  interface Window {
    readonly wagtail?: { readonly app?: StimulusApplication };
    readonly StimulusModule?: { readonly Controller: StimulusController };
  }
}

/** Where Wagtail's scripts did not run (its login page), there is nothing to register with. */
export function admin(): {
  readonly application: StimulusApplication | undefined;
  readonly Controller: StimulusController;
} {
  return {
    application: window.StimulusModule ? window.wagtail?.app : undefined,
    Controller: window.StimulusModule?.Controller ?? Nothing,
  };
}

class Nothing implements ControllerInstance {
  readonly element: HTMLElement = document.body;
  connect(): void {}
  disconnect(): void {}
}
