/** The server did not do what it was told. */
export class NotDone extends Error {
  override readonly name = "NotDone";
  constructor(
    url: string,
    readonly status: number,
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
  if (!answer.ok) throw new NotDone(url, answer.status);
  return answer;
}
