/** An entry of the address book, as something to delete. */
export const entryKey = (entry: string) => `book ${entry}`;
