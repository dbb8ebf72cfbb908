// Where a device was used last, as its person would say it: by the zone its clock is in.

/** The city that names a zone of the IANA database; nothing for one that names none, as UTC. */
export function cityOf(zone: string | null | undefined): string | undefined {
  const [area, ...rest] = (zone ?? '').split('/');
  const city = rest.at(-1);
  if (city === undefined || city === '' || area === 'Etc') return undefined;
  return city.replaceAll('_', ' ');
}
