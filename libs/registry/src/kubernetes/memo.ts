/** Longer texts, in characters, are read each time: they are not worth the memory. */
const maxText = 8 * 1024;
const maxTexts = 1_000;

/**
 * Makes a reader that reads a text it knows no second time: what thousands of nodes say alike is one
 * value. It forgets all when it is full, for strangers fill it.
 */
export function createMemo<T>(read: (text: string) => T): (text: string) => T {
  const values = new Map<string, T>();
  return (text) => {
    const known = values.get(text);
    if (known !== undefined) return known;
    const value = read(text);
    if (text.length > maxText) return value;
    if (values.size >= maxTexts) values.clear();
    values.set(text, value);
    return value;
  };
}
