/** Makes callbacks that are not ours harmless: what one throws goes to `onFault` and stops nothing. */
export function guardedBy(
  onFault: (error: unknown) => void,
): <A extends unknown[], R>(callback: (...args: A) => R) => (...args: A) => R | undefined {
  return (callback) =>
    (...args) => {
      try {
        return callback(...args);
      } catch (error) {
        onFault(error);
        return undefined;
      }
    };
}
