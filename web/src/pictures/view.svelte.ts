// Which picture is shown whole, in front of the page. What shows it is loaded with the first one.

/** A picture that can be shown whole. */
export interface Shown {
  readonly handle: string;
  readonly seq: number;
  readonly width: number;
  readonly height: number;
  /** What it is, in words. */
  readonly label: string;
}

export const viewed = $state<{ now: Shown | undefined }>({ now: undefined });

/** Shows a picture whole. */
export function view(picture: Shown): void {
  viewed.now = picture;
}
