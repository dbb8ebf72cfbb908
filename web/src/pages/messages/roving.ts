// Arrows go from entry to entry, Home and End to the first and last that are there.

/** Handles the keys of the list of entries. */
export function arrows(event: KeyboardEvent & { currentTarget: HTMLElement }): void {
  const at = event.target;
  if (!(at instanceof HTMLElement) || at.dataset.entry === undefined) return;
  const all = [...event.currentTarget.querySelectorAll<HTMLElement>('[data-entry]')];
  const here = all.indexOf(at);
  const to = { ArrowUp: here - 1, ArrowDown: here + 1, Home: 0, End: all.length - 1 }[event.key];
  const next = to === undefined ? undefined : all[to];
  if (!next || event.ctrlKey || event.metaKey || event.altKey) return;
  event.preventDefault();
  next.focus();
  next.scrollIntoView({ block: 'nearest' });
}
