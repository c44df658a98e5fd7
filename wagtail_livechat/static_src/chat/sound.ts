/** A short, soft sound, made here: nothing is fetched for it. */

export interface Sound {
  /** Called in the visitor's own click, without which browsers stay silent. */
  allow(): void;
  play(): void;
  stop(): void;
}

const NOTES = [659.25, 880] as const;

export function createSound(window: Window): Sound {
  let audio: AudioContext | null = null;
  const context = (): AudioContext | null => {
    const { AudioContext: Context } = window as Window & { AudioContext?: typeof AudioContext };
    if (!audio && Context) audio = new Context();
    return audio;
  };
  return {
    allow() {
      void context()?.resume();
    },
    play() {
      const now = context();
      if (now?.state !== "running") return;
      NOTES.forEach((pitch, index) => {
        const start = now.currentTime + index * 0.11;
        const tone = now.createOscillator();
        const volume = now.createGain();
        tone.frequency.value = pitch;
        volume.gain.setValueAtTime(0, start);
        volume.gain.linearRampToValueAtTime(0.12, start + 0.02);
        volume.gain.exponentialRampToValueAtTime(0.001, start + 0.35);
        tone.connect(volume).connect(now.destination);
        tone.start(start);
        tone.stop(start + 0.36);
      });
    },
    stop() {
      void audio?.close();
      audio = null;
    },
  };
}
