// A call takes the microphone and the ear: whatever records or plays hears of it here.
const listeners = new Set<() => void>();

/** Calls `listener` whenever a call rings or begins on this page. Returns how to stop. */
export function onCall(listener: () => void): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

/** A call rings or begins. */
export function callComes(): void {
  for (const listener of [...listeners]) listener();
}
