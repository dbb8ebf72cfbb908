import { MediaQuery } from 'svelte/reactivity';

/** List and detail side by side. The same width stands in the style sheets of Shell and Pane. */
export const wide = new MediaQuery('(min-width: 1024px)');

/** A mouse and a keyboard are likely. */
export const fine = new MediaQuery('(hover: hover) and (pointer: fine)');
