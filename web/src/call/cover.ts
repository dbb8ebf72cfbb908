// What covers the page: nothing beneath takes the focus or a press, and the focus goes back where it was.

/** For `{@attach cover}`: makes everything outside the element inert, and gives the element the focus. */
export function cover(element: HTMLElement): () => void {
  const before = document.activeElement;
  const made: HTMLElement[] = [];
  for (let inside: HTMLElement = element; inside.parentElement; inside = inside.parentElement) {
    for (const sibling of inside.parentElement.children) {
      if (sibling === inside || !(sibling instanceof HTMLElement) || sibling.inert) continue;
      // What speaks to those who listen must go on speaking.
      if (sibling.hasAttribute('aria-live') || sibling.getAttribute('role') === 'status') continue;
      sibling.inert = true;
      made.push(sibling);
    }
    if (inside.parentElement === document.body) break;
  }
  // The element itself, not one of its buttons: a key that was meant for the page must press nothing (C-11).
  element.focus({ preventScroll: true });
  return () => {
    for (const other of made) other.inert = false;
    const lost = document.activeElement === null || document.activeElement === document.body;
    if (lost && before instanceof HTMLElement && before.isConnected) before.focus({ preventScroll: true });
  };
}
