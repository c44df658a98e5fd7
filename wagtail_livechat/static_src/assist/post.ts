/** The server did not do what it was told. */
export class NotDone extends Error {
  override readonly name = "NotDone";
  constructor(
    url: string,
    readonly status: number,
    readonly code: string,
  ) {
    super(`${url} answered ${status}`);
  }
}

/** Tells the server something, as JSON: a form of another site cannot. Throws where it was not done.
 *
 * It also goes out when the visitor leaves the page at once.
 */
export async function post(window: Window, url: string, body: object): Promise<Response> {
  const answer = await window.fetch(url, {
    method: "POST",
    credentials: "same-origin",
    headers: { "Content-Type": "application/json" },
    body: JSON.stringify(body),
    keepalive: true,
  });
  if (!answer.ok) throw new NotDone(url, answer.status, await codeOf(answer));
  return answer;
}

/** Why it was refused, if it was our server that refused it. */
async function codeOf(answer: Response): Promise<string> {
  const told = (await answer.json().catch(() => null)) as { updates?: { code?: string }[] } | null;
  return told?.updates?.[0]?.code ?? "";
}
