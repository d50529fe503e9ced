/** What is longer than this, in characters of JSON, is not worth finding again. */
const maxText = 8 * 1024;
const maxValues = 1_000;

/**
 * Makes equal values one and the same, so that thousands of nodes share what they say alike. It is
 * emptied when it is full: strangers fill it.
 */
export function createPool(): <T>(value: T) => T {
  const values = new Map<string, unknown>();
  return <T>(value: T): T => {
    const text = JSON.stringify(value);
    if (text.length > maxText) return value;
    const known = values.get(text);
    if (known !== undefined) return known as T; // It has the same JSON.
    if (values.size >= maxValues) values.clear();
    values.set(text, value);
    return value;
  };
}
