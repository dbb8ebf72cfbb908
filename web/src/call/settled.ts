// Presses that are meant. What appears beneath a finger or the keyboard is not pressed by what was meant for the page.

/** A press this soon after something appeared was meant for what was here before. */
const SETTLE = 300;

/** From when a component appears: wraps what its buttons do, so that a press in the first moment does nothing. */
export function settled(): (act: () => void) => () => void {
  const shownAt = performance.now();
  return (act) => () => {
    if (performance.now() - shownAt >= SETTLE) act();
  };
}

/** For `onkeydown`: a key that is held down presses nothing. */
export function once(event: KeyboardEvent): void {
  if (event.repeat && (event.key === 'Enter' || event.key === ' ')) event.preventDefault();
}
