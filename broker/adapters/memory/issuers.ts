/** Issuers of a memory world: the documents at their addresses, in place of the Internet. */
export class MemoryIssuers {
  /** By address. What isn't here can't be reached. */
  readonly documents = new Map<string, unknown>();
  /** Addresses that were read, in order. */
  readonly read: string[] = [];

  async at(uri: string): Promise<unknown> {
    this.read.push(uri);
    const document = this.documents.get(uri);
    if (document === undefined) throw new Error('no answer');
    return structuredClone(document);
  }
}
