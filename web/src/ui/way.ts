// Which way the page runs. Arrow keys and pointers are on the keyboard and on the glass, not on the page, so they do not
// turn with it by themselves.

/** Whether lines run from right to left. */
export const fromRight = (): boolean => document.documentElement.dir === 'rtl';

/** The arrow key that points to where lines go on, and the one back. */
export const arrows = (): { readonly onward: string; readonly back: string } =>
  fromRight() ? { onward: 'ArrowLeft', back: 'ArrowRight' } : { onward: 'ArrowRight', back: 'ArrowLeft' };
