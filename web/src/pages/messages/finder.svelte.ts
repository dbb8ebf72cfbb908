/** Whether the dialog that finds a person to write to is open; several buttons open the one dialog. */
export const finder = $state({ open: false });
