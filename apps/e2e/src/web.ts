/** The ids of the nodes that web shows of a service. */
export async function nodesShown(web: string, service: string): Promise<string[]> {
  const response = await fetch(`${web}/api/services`);
  const shown = (await response.json()) as Shown;
  const found = shown.services.find(({ name }) => name === service);
  return (found?.nodes ?? []).map(({ id }) => id);
}

interface Shown {
  readonly services: { readonly name: string; readonly nodes: { readonly id: string }[] }[];
}
