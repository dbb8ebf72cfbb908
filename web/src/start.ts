import { mount } from 'svelte';
import App from './App.svelte';
import { watchInstall } from './push/install.svelte';

/** Draws the app. Its words are there. */
export function start(): void {
  watchInstall();
  const target = document.getElementById('app');
  if (!target) throw new Error('index.html has no #app');
  mount(App, { target });
}
