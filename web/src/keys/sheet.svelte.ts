/** Whether the sheet of keyboard shortcuts is open; a key and the settings open the one sheet. */
export const sheet = $state({ open: false });
