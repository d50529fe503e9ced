import { checkRecordLength, parseHead, parseMetadata, parseNodes, parseRecord } from '../record.ts';
import type { Node } from '../registry.ts';
import { createMemo } from './memo.ts';

/** Where nodes begin, as Go and we write them: last. A quote within a text has a backslash before it. */
const nodesKey = ',"nodes":';

/**
 * Creates a reader of records for a picture of many: what the nodes of a service say alike is read
 * once and shared, above all their endpoints, which are most of a record.
 *
 * @returns As `parseRecord`.
 */
export function createRecordReader(): (text: string) => Node[] {
  const readHead = createMemo((text) => parseHead(JSON.parse(text)));
  const readMetadata = createMemo((text) => parseMetadata(JSON.parse(text)));

  return (text) => {
    checkRecordLength(text);
    const nodes = readInParts(text) ?? parseRecord(text);
    return nodes.map((node) => ({
      ...node,
      metadata: readMetadata(JSON.stringify(node.metadata)),
    }));
  };

  /** Undefined where it does not consist of what comes before the nodes and the nodes alone. */
  function readInParts(text: string): Node[] | undefined {
    const at = text.lastIndexOf(nodesKey);
    if (at === -1) return undefined;
    try {
      const tail: object = JSON.parse(`{${text.slice(at + 1)}`);
      if (Object.keys(tail).length !== 1) return undefined;
      return parseNodes(tail, readHead(`${text.slice(0, at)}}`));
    } catch {
      return undefined; // The whole will tell what is wrong.
    }
  }
}
