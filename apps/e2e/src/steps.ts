/** Does one thing after another and says on one line what, and how long it took. */
export async function step<T>(what: string, work: () => Promise<T>): Promise<T> {
  const start = performance.now();
  process.stdout.write(`${what} … `);
  const seconds = () => `${((performance.now() - start) / 1_000).toFixed(1)} s\n`;
  try {
    const result = await work();
    process.stdout.write(seconds());
    return result;
  } catch (error) {
    process.stdout.write(`failed after ${seconds()}`);
    throw error;
  }
}
