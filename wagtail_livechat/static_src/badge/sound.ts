/* Two soft notes when a conversation begins to wait: off until somebody wants them. */

const WANTED = "livechat:sound";
const BELL = "livechat:bell";
/** Tabs that hear the same news within this time ring once. */
const ONE_BELL_MS = 1_500;

export function soundWanted(): boolean {
  try {
    return localStorage.getItem(WANTED) === "on";
  } catch {
    return false;
  }
}

export function wantSound(on: boolean): void {
  try {
    if (on) localStorage.setItem(WANTED, "on");
    else localStorage.removeItem(WANTED);
  } catch {
    // Without storage there is no sound: better than one that cannot be switched off.
  }
  // The switch is the gesture that browsers ask for before a page may sound.
  if (on) play();
}

/** Ring, in one of the tabs: one that a person has touched, for the others may not. */
export function ring(): void {
  if (!soundWanted() || navigator.userActivation?.hasBeenActive === false) return;
  if (!("locks" in navigator) || !navigator.locks) {
    play();
    return;
  }
  void navigator.locks.request(BELL, { ifAvailable: true }, async (lock) => {
    if (!lock) return;
    play();
    await new Promise((resolve) => setTimeout(resolve, ONE_BELL_MS));
  });
}

function play(): void {
  if (typeof AudioContext === "undefined") return;
  const context = new AudioContext();
  [660, 880].forEach((pitch, index) => {
    const from = context.currentTime + index * 0.16;
    const tone = context.createOscillator();
    const loudness = context.createGain();
    tone.frequency.value = pitch;
    loudness.gain.setValueAtTime(0, from);
    loudness.gain.linearRampToValueAtTime(0.12, from + 0.02);
    loudness.gain.exponentialRampToValueAtTime(0.0001, from + 0.5);
    tone.connect(loudness).connect(context.destination);
    tone.start(from);
    tone.stop(from + 0.55);
  });
  setTimeout(() => void context.close(), ONE_BELL_MS);
}
