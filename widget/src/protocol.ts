/** What the web API sends and takes; see docs/api-web.md. */

export type Author = "citizen" | "bot" | "officer" | "system";
export type Mode = "BOT" | "WAITING" | "HUMAN";
export type Verdict = "correct" | "incorrect";

export interface Choice {
  readonly id: string;
  readonly title: string;
}

/** One stored message. */
export interface Row {
  readonly seq: number;
  readonly from: Author;
  readonly at: string;
  readonly text: string;
  readonly buttons?: readonly Choice[];
  readonly outcome?: string | null;
  readonly procedure?: string | null;
  readonly aspect?: string | null;
  readonly sources?: readonly string[];
  readonly client_msg_id?: string | null;
  readonly attachment?: { readonly name: string; readonly url: string };
}

/** Who has the conversation; while somebody waits, where in the queue and how long about. */
export interface State {
  readonly mode: Mode;
  readonly input?: boolean;
  readonly place?: number;
  readonly minutes?: number;
  /** What the officer is, never who. */
  readonly officer?: string;
}

/** A link that goes on with the conversation elsewhere, once. */
export interface Move {
  readonly url: string;
  /** What has to be said there when the link cannot carry it. */
  readonly code: string | null;
  readonly qr_svg: string;
}

export interface Outgoing {
  readonly client_msg_id: string;
  readonly kind: "text" | "choice";
  readonly text?: string;
  readonly choice_id?: string;
}

export interface Config {
  readonly privacy_url: string;
  readonly limits: { readonly text: number; readonly comment: number };
  readonly quick_questions: readonly { readonly label: string; readonly text: string }[];
  readonly procedure: { readonly code: string; readonly name: string } | null;
  readonly entry_points: { readonly officer: boolean; readonly zalo: string | null; readonly telegram: string | null };
}

export interface Rating {
  readonly seq: number;
  readonly verdict: Verdict;
  readonly comment?: string | null;
}
