/** Bytes that may wait for a reader who is slow; lines beyond them are left out. */
const maxWaitingBytes = 1024 * 1024;

/** Writes lines to standard output without ever waiting for who reads them, or failing without one. */
export interface StandardOutput {
  write(line: string): void;
}

/**
 * @param onLost Told how many lines were left out, once there is room again to say so.
 */
export function openStandardOutput(onLost: (lines: number) => void): StandardOutput {
  ignoreClosed();
  let lost = 0;
  return {
    write(line) {
      if (closed) return;
      // To a pipe Node writes at once what fits, and keeps the rest; a synchronous write would wait.
      if (process.stdout.writableLength > maxWaitingBytes) {
        lost++;
        return;
      }
      const before = lost;
      lost = 0;
      if (before > 0) onLost(before);
      process.stdout.write(line);
    },
  };
}

let listening = false;
let closed = false;

/** Without a listener the error of a pipe that nobody reads any more would end the process. */
function ignoreClosed(): void {
  if (listening) return;
  listening = true;
  process.stdout.on('error', () => {
    closed = true;
  });
}
