// The browser's own offer to install the app, kept until a person presses for it.

/** Chromium's event; no standard has it yet. */
interface InstallOffer extends Event {
  prompt(): Promise<unknown>;
}

let offer = $state.raw<InstallOffer>();

/** Whether the browser can install the app now. */
export const installing = {
  get offered(): boolean {
    return offer !== undefined;
  },
};

/** Begins to listen. The offer comes early and once, so this is done before anything else. */
export function watchInstall(): void {
  window.addEventListener('beforeinstallprompt', (event) => {
    event.preventDefault();
    offer = event as InstallOffer;
  });
  window.addEventListener('appinstalled', () => {
    offer = undefined;
  });
}

/** A person pressed Install. The browser asks for itself; an offer is good for once. */
export async function install(): Promise<void> {
  const now = offer;
  offer = undefined;
  await now?.prompt();
}
