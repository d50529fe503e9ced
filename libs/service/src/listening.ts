/**
 * Listens, and says in a sentence what stands in its way: where, why, and what to change.
 *
 * @param flag The option that says where, `server_address`, and `variable` that of the environment.
 * @throws Error with that sentence.
 */
export async function listening(
  flag: string,
  variable: string,
  address: string,
  listen: (address: string) => Promise<string>,
): Promise<string> {
  try {
    return await listen(address);
  } catch (cause) {
    throw new Error(`--${flag}=${address} (or ${variable}): ${reasonOf(cause as Error, address)}`, {
      cause,
    });
  }
}

function reasonOf(error: Error, address: string): string {
  const cut = address.lastIndexOf(':');
  const [host, port] = [address.slice(0, cut), address.slice(cut + 1)];
  const sentences: Readonly<Record<string, string>> = {
    EADDRINUSE: `port ${port} on ${host} is taken; stop what listens there or choose another, port 0 is any free one`,
    EACCES: `this user may not listen on port ${port}; choose one from 1024`,
    EADDRNOTAVAIL: `this machine has no address ${host}; choose one of its own, 0.0.0.0 is all of them`,
    ENOTFOUND: `nobody knows the host ${host}; choose an address of this machine, 0.0.0.0 is all of them`,
  };
  return sentences[codeOf(error) ?? ''] ?? error.message;
}

/** What the system said; a transport may have put it into a sentence of its own. */
function codeOf(error: Error): string | undefined {
  const { code } = error as NodeJS.ErrnoException;
  if (typeof code === 'string') return code;
  const named = /\bE[A-Z]{4,}\b/.exec(error.message)?.[0];
  if (named) return named;
  if (/name resolution failed/i.test(error.message)) return 'ENOTFOUND';
  return error.cause instanceof Error ? codeOf(error.cause) : undefined;
}
