/** Why something was not scored, without the figure or the name in which such reasons differ. */
export function kindOfReason(reason: string): string {
  return reason
    .replace(/(?<![\w.-])\d[\d.,]*(?= %)/g, 'N')
    .replace(/(the same measurement as) .*/, '$1 another');
}
