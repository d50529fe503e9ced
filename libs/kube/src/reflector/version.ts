/**
 * Whether a resourceVersion is newer than another of the same collection. They are decimal integers of
 * any size, to be compared since Kubernetes 1.35 (KEP-5504).
 */
export function isNewer(version: string, than: string): boolean {
  return version.length === than.length ? version > than : version.length > than.length;
}
