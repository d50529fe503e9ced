/** What a request asks for, in the words of Kubernetes' own authorization. */
export interface RequestAttributes {
  readonly verb: string;
  /** Empty for the core group. */
  readonly apiGroup: string;
  /** `pods`, `pods/status`; the whole path where it names no resource. */
  readonly resource: string;
  readonly namespace?: string;
  readonly name?: string;
}

/** The path of the pods of a namespace, or of one of them. */
export function podsPath(namespace: string, name?: string): string {
  const pods = `/api/v1/namespaces/${encodeURIComponent(namespace)}/pods`;
  return name === undefined ? pods : `${pods}/${encodeURIComponent(name)}`;
}

/** Reads a request as the API server does (its `RequestInfo`). */
export function describeRequest(method: string, path: string, watch = false): RequestAttributes {
  const parts = path.split('/').slice(1).map(decodeURIComponent);
  const apiGroup = parts[0] === 'apis' ? (parts[1] ?? '') : '';
  const rest = parts.slice(parts[0] === 'apis' ? 3 : 2);
  const namespace = rest[0] === 'namespaces' && rest.length > 2 ? rest[1] : undefined;
  const [resource, name, subresource] = namespace === undefined ? rest : rest.slice(2);
  return {
    verb: watch ? 'watch' : verbOf(method, name !== undefined),
    apiGroup,
    resource: resource === undefined ? path : resource + (subresource ? `/${subresource}` : ''),
    ...(namespace !== undefined && { namespace }),
    ...(name !== undefined && { name }),
  };
}

function verbOf(method: string, named: boolean): string {
  switch (method) {
    case 'GET':
      return named ? 'get' : 'list';
    case 'POST':
      return 'create';
    case 'PUT':
      return 'update';
    default:
      return method.toLowerCase();
  }
}
