/**
 * What has to be well for a service to serve, by name. Each says why it is not, or undefined. They are
 * asked several times a second, so they say what is known and ask nobody: whoever holds the connection to
 * a database knows whether it is there.
 */
export type Checks = Readonly<Record<string, () => string | undefined>>;

/** Which check fails first and why; one that throws fails. */
export function failingCheck(checks: Checks): string | undefined {
  for (const [name, check] of Object.entries(checks)) {
    const why = reasonOf(check);
    if (why !== undefined) return `${name}: ${why}`;
  }
  return undefined;
}

function reasonOf(check: () => string | undefined): string | undefined {
  try {
    return check();
  } catch (thrown) {
    return thrown instanceof Error ? thrown.message : String(thrown);
  }
}
