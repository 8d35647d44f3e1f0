export interface ServerEvent {
  readonly event?: string;
  readonly id?: string;
  readonly data: string;
}

/** Splits a stream of text into server-sent events; chunks may end anywhere. */
export class EventParser {
  private rest = "";
  private event: string | undefined;
  private id: string | undefined;
  private data: string[] = [];

  push(text: string): ServerEvent[] {
    const found: ServerEvent[] = [];
    this.rest += text;
    // A CR at the end may be half of a CRLF.
    const lines = this.rest.split(/\r\n|\n|\r(?!$)/);
    this.rest = lines.pop() ?? "";
    for (const line of lines) this.line(line, found);
    return found;
  }

  private line(line: string, found: ServerEvent[]): void {
    if (line === "") {
      if (this.data.length || this.id !== undefined) {
        found.push({
          ...(this.event !== undefined && { event: this.event }),
          ...(this.id !== undefined && { id: this.id }),
          data: this.data.join("\n"),
        });
      }
      this.event = this.id = undefined;
      this.data = [];
      return;
    }
    const colon = line.indexOf(":");
    const name = colon < 0 ? line : line.slice(0, colon);
    const value = colon < 0 ? "" : line.slice(colon + 1).replace(/^ /, "");
    if (name === "data") this.data.push(value);
    else if (name === "event") this.event = value;
    else if (name === "id") this.id = value;
  }
}
