export const people = {
  verified: 'Verified',
} as const;
