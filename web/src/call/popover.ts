// Where a popover stands: beside the button that opens it, inside the window. The browser opens and closes it.

/** For `{@attach popover('above')}`: places the element whenever it opens, through `--x` and `--y`. */
export function popover(side: 'above' | 'below') {
  return (element: HTMLElement): (() => void) => {
    const place = () => {
      const button = document.querySelector(`[popovertarget="${CSS.escape(element.id)}"]`);
      if (!button || !element.matches(':popover-open')) return;
      const at = button.getBoundingClientRect();
      const box = element.getBoundingClientRect();
      const gap = 8;
      const x = Math.min(Math.max(gap, at.left + (at.width - box.width) / 2), window.innerWidth - box.width - gap);
      const y = side === 'below' ? at.bottom + gap : at.top - box.height - gap;
      element.style.setProperty('--x', `${Math.round(x)}px`);
      element.style.setProperty('--y', `${Math.round(Math.max(gap, y))}px`);
      element.style.visibility = 'visible';
    };
    // Shown before it has a place, it would stand in a corner for a moment.
    element.style.visibility = 'hidden';
    element.addEventListener('toggle', place);
    window.addEventListener('resize', place);
    return () => {
      element.removeEventListener('toggle', place);
      window.removeEventListener('resize', place);
    };
  };
}
